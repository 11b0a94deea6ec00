"""Edit a scene: python examples/02_edit_a_scene.py my-scene.

A scene is frozen: an edit makes a new one, which is validated as a whole, and written in the place of the old one.
"""

import sys
from dataclasses import replace
from pathlib import Path

from protocol import SonoramaError
from protocol.levels import received_level_db
from server.library import SceneFolder


def main(path: Path) -> None:
    """Bring the nearest source to 5 m on the left, and mute what can hardly be heard."""
    folder = SceneFolder(path)
    scene = folder.scene()
    placed = [source for source in scene.sources if source.distance_m is not None]
    nearest = min(placed, key=lambda source: source.distance_m or 0.0)
    edited = []
    for source in scene.sources:
        if source is nearest:
            # Azimuth is positive to the left, and the distance is the straight line.
            source = replace(source, azimuth_deg=90.0, elevation_deg=0.0, distance_m=5.0, distance_sigma_m=0.0)
        level_db = received_level_db(source.level_db_spl_1m, source.distance_m, source.kind)
        edited.append(replace(source, muted=level_db < 20.0))
        print(f"{source.label}: {level_db:.0f} dB SPL here{', muted' if level_db < 20.0 else ''}")
    folder.rewrite(replace(scene, sources=tuple(edited)))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except SonoramaError as error:
        sys.exit(f"{error}")
