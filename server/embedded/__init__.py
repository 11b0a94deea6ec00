"""Stages that need no download: land cover, ground plane and procedural sound."""
