"""What is made from a finished scene, a file per format."""
