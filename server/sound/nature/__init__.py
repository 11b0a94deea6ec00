"""Recipes of water, weather and wind."""
