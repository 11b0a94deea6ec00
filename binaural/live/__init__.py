"""Many moving sources around a moving head, block by block."""
