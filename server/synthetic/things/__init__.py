"""Things of a street, each made of a few solids."""
