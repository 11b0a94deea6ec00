"""Sounds made from numbers alone: recipes by family, and the look-up from free text to a recipe.

A clip is a circle: noise is shaped in the frequency domain of the whole clip, events that reach beyond the end go on
at the beginning, and whatever swings does so a whole number of times. So every clip loops without a seam, and no
crossfade is needed. The models are those of physical and phenomenological sound design; the field's book is
A. Farnell, *Designing Sound* (MIT Press, 2010), and each recipe names its own source.
"""
