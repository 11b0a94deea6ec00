"""Metres from one picture: the horizon, the ground plane, and what stands on it."""
