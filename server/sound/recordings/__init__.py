"""The user's own recordings as a voice: a folder of sound files as people have them, matched by name."""
