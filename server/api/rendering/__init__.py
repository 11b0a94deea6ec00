"""Binaural sound rendered for listeners who move, while they listen."""
