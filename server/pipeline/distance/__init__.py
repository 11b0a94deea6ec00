"""Metres: looked up in distance maps, over what a box shows, and told by things of known height."""
