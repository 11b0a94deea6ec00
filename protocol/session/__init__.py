"""Both sides of a connection as pure machines: frames and the time in, frames and events out."""
