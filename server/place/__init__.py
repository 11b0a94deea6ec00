"""Many panoramas, one world: where they were taken, what all of them together tell, and what is heard of it."""
