"""HTTP: the routes, who may use them, how much is allowed, and how refusals are answered."""
