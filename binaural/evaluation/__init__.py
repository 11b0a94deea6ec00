"""How right the sound at the ears is: a model of localisation, and cross-validation of interpolated heads."""
