"""What the program does, whoever asks: the command line, a worker of the server, or a cluster.

An operation knows no console and no HTTP. It says what happens by yielding the events of :mod:`protocol.events`, each
after what it says is on the disk.
"""
