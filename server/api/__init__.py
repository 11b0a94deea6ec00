"""The server: scenes made, changed and played over HTTP."""
