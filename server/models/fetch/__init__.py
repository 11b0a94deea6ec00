"""How weights come to this machine: what a server has (listing), one file of it (transfer), a whole model (pull)."""
