"""The words that everyone shares: errors, coordinates, scenes and messages."""
