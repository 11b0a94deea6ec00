"""Metres along every ray, from depths that each view knows up to a scale and a shift of its own."""
