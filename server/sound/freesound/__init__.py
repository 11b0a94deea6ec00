"""Recordings from Freesound as a voice, with a key of the user's own: searched for, ranked, kept and credited."""
