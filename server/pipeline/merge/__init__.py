"""One source, not two: sightings of one thing become one."""
