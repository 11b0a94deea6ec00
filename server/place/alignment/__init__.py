"""Viewpoints come to where what they see fits together."""
