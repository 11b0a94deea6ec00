"""Where things are: a source's direction, size and distance, and the street around the listener."""
