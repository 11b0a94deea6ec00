"""The scenes that are served: read, changed, and published."""
