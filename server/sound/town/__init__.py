"""Recipes of people, buildings and work."""
