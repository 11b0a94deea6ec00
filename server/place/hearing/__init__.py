"""What of a place is heard, and from where."""
