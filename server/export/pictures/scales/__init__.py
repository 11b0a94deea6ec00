"""What tells angles and metres in pictures."""
