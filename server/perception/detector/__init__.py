"""A small network that looks at a picture: which things it shows, and features that tell what the rest is."""
