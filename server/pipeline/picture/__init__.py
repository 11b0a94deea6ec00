"""Pictures as people have them, read into upright 8-bit sRGB; ``decoding`` has a module for each decoder."""
