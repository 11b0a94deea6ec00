"""Clips without a model: made from numbers alone, or taken from the user's own recordings.

``procedural`` is the voice that makes a clip for each source: ``lookup`` finds the recipe that a label and a prompt
call for, by ``words`` (phrases, heads and stems) and the table ``recipes``. The recipes stand by family in ``nature``,
``animals``, ``traffic`` and ``town``, and are made of what ``synthesis`` has: noise, tones and events on a circular
clip. ``recordings`` is the voice that plays a folder of sound files instead.

A clip is a circle: noise is shaped in the frequency domain of the whole clip, events that reach beyond the end go on
at the beginning, and whatever swings does so a whole number of times. So every clip loops without a seam, and no
crossfade is needed. The models are those of physical and phenomenological sound design; the field's book is
A. Farnell, *Designing Sound* (MIT Press, 2010), and each recipe names its own source.
"""
