"""A scene over OSC: sent by UDP, with queries, poses and commands coming in."""
