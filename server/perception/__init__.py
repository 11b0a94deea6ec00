"""What a picture shows, found without a downloaded model.

``proposer`` says what would sound, by the table ``soundings``, from the ``land_cover`` of a picture (sky, trees, water,
roads and so on) and its ``surroundings`` (outdoors, under a roof, indoors). ``ground_plane`` tells how far everything
is: it finds the horizon, and measures along the ground to the foot of whatever stands there.
"""
