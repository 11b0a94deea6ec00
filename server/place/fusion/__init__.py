"""Sightings from many viewpoints become sources of one world."""
