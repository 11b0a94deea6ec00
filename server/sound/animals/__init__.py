"""Recipes of animals."""
