"""Recipes of what drives, flies or runs on rails."""
