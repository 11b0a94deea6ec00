"""The program: from a picture to a scene, and from a scene to ears, files and screens."""
