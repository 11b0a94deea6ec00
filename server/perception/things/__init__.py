"""From detected things to what sounds: people, animals, vehicles and machines.

``sounding_things`` is the table of what each kind sounds like, and ``silent_things`` says why the others don't.
``context`` drops detections that contradict the place. ``groups`` makes one source of things that stand together,
and ``traffic`` one source of a road and all vehicles on it.
"""
