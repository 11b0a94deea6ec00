"""A scene over OSC: packets, address patterns, ADM-OSC out and commands in."""
