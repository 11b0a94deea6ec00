"""A module for each decoder: from a file to upright 8-bit sRGB pixels and what the file says of its camera."""
