"""Whole scenes, rendered at once: for two ears, two loudspeakers, or in ambisonics."""
