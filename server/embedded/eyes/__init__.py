"""Classical perception: land cover, and what it would sound like."""
