"""Measurements; each prints a table, none asserts."""
