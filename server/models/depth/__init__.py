"""Depth in each view, by learned models."""
