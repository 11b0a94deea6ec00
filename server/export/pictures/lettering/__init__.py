"""Words and letters in pictures: what they say, how they look, and where they stand."""
