"""What a file tells of its camera and of its sphere."""
