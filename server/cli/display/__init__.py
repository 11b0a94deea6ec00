"""What a person sees in a terminal: progress, tables and lines."""
