"""Clips that are good enough: defects are found, other candidates are tried, the best is kept."""
