"""Pictures of a scene, for those who would rather look than read."""

from server.export.pictures.annotated import annotated_picture
from server.export.pictures.depth import depth_picture
from server.export.pictures.radar import radar_picture

__all__ = ["annotated_picture", "depth_picture", "radar_picture"]
