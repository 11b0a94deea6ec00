"""Files as such: written whole or not at all, and known again by their digest."""
