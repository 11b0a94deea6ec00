"""Boxes of the proposed sources in each view, by a model that takes phrases and pictures."""
