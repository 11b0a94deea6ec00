"""The journey of a picture, from pixels to a scene; flow.py tells it in order."""
