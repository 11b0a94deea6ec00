"""Maps of a place: its sources for geographic programs, and how loud they are over the ground."""
