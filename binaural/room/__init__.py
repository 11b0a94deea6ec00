"""Rooms: early reflections and late reverberation of a shoebox."""
