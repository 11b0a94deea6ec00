"""What each part of a picture is made of."""
