"""Positioned mono signals in, two ears out; NumPy arrays only."""
