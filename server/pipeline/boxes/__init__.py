"""What part of the sphere a box or a mask covers: its footprint, its middle and its angular size."""
