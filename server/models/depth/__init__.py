"""How far things are, as learned models see it."""
