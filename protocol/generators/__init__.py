"""What is written from the declarations of this package for other languages and tools, a file each."""
