"""The loudness of a sound, and its gain to a target that no peak exceeds."""
