"""The journey from a picture to a scene: begin with ``flow``, which has its steps in order.

The steps' rooms, in that order: ``picture`` reads files, ``views`` cuts them, ``distance`` brings maps to metres,
``locate`` finds where things are (by ``boxes``, the parts of the sphere that boxes and masks cover), ``merge`` makes
one source of many sightings, ``select`` keeps the most audible, ``voice`` gives each a clip. What the stages are asked
and answer stands in ``stages``; models, perception and sound implement them.
"""
