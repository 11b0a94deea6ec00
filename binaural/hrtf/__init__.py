"""Measured heads (HRTF): read, time-aligned, and interpolated between their directions."""
