"""From a panorama to headphones, with the library: python examples/01_panorama_to_headphones.py street.jpg my-scene.

The scene is made as ``sonorama generate`` makes it; then every source is read and placed around a head.
"""

import sys
from pathlib import Path

import soundfile

from binaural import PositionedSignal, binaural_mix, default_head, integrated_lufs
from protocol.events import SourceLocated
from server.library import SceneFolder
from server.operations.make_scene import make_scene
from server.pipeline.picture.image import read_picture
from server.pipeline.settings import Settings


def main(picture: Path, out: Path) -> None:
    """Make the scene, mix it, and write ``headphones.wav`` beside it."""
    folder = SceneFolder(out)
    for event in make_scene(read_picture(picture), folder, preset="embedded", settings=Settings(top=4, duration_s=4.0)):
        # Events come while the work goes on: this one long before there is a sound.
        if isinstance(event, SourceLocated):
            print(f"{event.source.label}: {event.source.azimuth_deg:.0f}°, {event.source.distance_m} m")

    signals = []
    for source in folder.scene().sources:
        if source.clip is None:
            continue
        samples, rate_hz = soundfile.read(out / source.clip.path, dtype="float32")
        signals.append(
            PositionedSignal(
                samples=samples,
                loudness_lufs=integrated_lufs(samples, rate_hz),
                level_db_spl_1m=source.level_db_spl_1m,
                kind=source.kind,
                azimuth_deg=source.azimuth_deg,
                elevation_deg=source.elevation_deg,
                distance_m=source.distance_m,
                width_deg=source.width_deg,
                height_deg=source.height_deg,
                loop=source.clip.loop,
            )
        )
    head = default_head()
    mix = binaural_mix(signals, head=head, yaw_deg=0.0)
    # A mix is on no absolute scale: leave room for its highest peak.
    soundfile.write(out / "headphones.wav", 0.5 * mix / abs(mix).max(), head.sample_rate_hz, subtype="PCM_24")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
