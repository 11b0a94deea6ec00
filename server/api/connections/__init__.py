"""Who holds a connection to the server, for how long, and how many may: decided before a request is read."""
