"""From what a model wrote about a view to what would sound in it."""
