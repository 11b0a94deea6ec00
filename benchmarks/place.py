"""What a place costs: fusing sightings, choosing what is heard, and looking at drawn panoramas.

``python -m benchmarks.place fuse|choose|look [COUNT …]``
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from protocol.place import PlacedSource
from server.place.fusion.association import associated
from server.place.hearing.audible import AudibleFew
from server.place.sightings import Sightings
from server.place.viewpoints import Viewpoints

_PER_VIEWPOINT = 20


def fuse(counts: list[int]) -> None:
    """Sightings of a made-up city, 20 from each viewpoint, 10 m apart along streets."""
    print(f"{'sightings':>10} {'things':>8} {'true':>8} {'s':>7} {'µs each':>8} {'peak MB':>8}")
    for count in counts:
        viewpoints, sightings, true = _city(count)
        begin = time.perf_counter()
        _, found = associated(viewpoints, sightings)
        took_s = time.perf_counter() - begin
        print(
            f"{len(sightings):>10} {len(found.position_m):>8} {true:>8} {took_s:>7.1f} "
            f"{1e6 * took_s / len(sightings):>8.0f} {_peak_mb():>8}"
        )


def choose(counts: list[int]) -> None:
    """The audible few among sources, one for each 100 m², for somebody who walks through their middle."""
    print(f"{'sources':>10} {'ms a pose':>10}")
    for count in counts:
        random = np.random.default_rng(0)
        half_m = float(np.sqrt(count / 0.01)) / 2.0
        levels_db = random.choice([40.0, 48.0, 55.0, 64.0, 70.0, 82.0], count) + random.uniform(-3, 3, count)
        places = random.uniform(-half_m, half_m, (count, 2))
        sources = [
            PlacedSource(
                id=f"s-{number}",
                label="thing",
                prompt="thing",
                kind="point",
                evidence="seen",
                position_m=(float(x), float(y), 1.0),
                covariance_m2=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
                level_db_spl_1m=float(level_db),
                confidence=0.5,
            )
            for number, ((x, y), level_db) in enumerate(zip(places, levels_db, strict=True))
        ]
        few, heard = AudibleFew(sources), np.zeros(0, dtype=np.intp)
        begin = time.perf_counter()
        for x in np.linspace(-half_m / 2, half_m / 2, 1000):
            heard = few.loudest(np.array([x, 0.0, 1.7]), before=heard)
        print(f"{count:>10} {time.perf_counter() - begin:>10.3f}")


def look(counts: list[int]) -> None:
    """``sonorama place`` on a drawn panorama over and over, two at once."""
    from PIL import Image

    from server.library import PlaceFolder
    from server.operations.make_place import make_place
    from server.pipeline.settings import GenerateOptions
    from server.place.poses.pictures import PosedPicture
    from server.place.poses.pose import Pose
    from server.synthetic.demo import demo_picture

    print(f"{'panoramas':>10} {'s':>7} {'s each':>7} {'per hour':>9} {'peak MB':>8}")
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "street.jpg"
            Image.fromarray(demo_picture(width_px=2048)).save(path, quality=92)
            pictures = [
                PosedPicture(name=f"p{n:05d}", path=path, pose=Pose(east_m=10.0 * n, north_m=0.0, heading_deg=90.0))
                for n in range(count)
            ]
            begin = time.perf_counter()
            for _ in make_place(
                pictures,
                PlaceFolder(Path(scratch) / "place"),
                preset="embedded",
                options=GenerateOptions(duration_s=1.0),
                workers=2,
            ):
                pass
            took_s = time.perf_counter() - begin
        print(f"{count:>10} {took_s:>7.1f} {took_s / count:>7.2f} {3600 * count / took_s:>9.0f} {_peak_mb():>8}")


def _peak_mb() -> int:
    """Of this process, ever."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _city(count: int) -> tuple[Viewpoints, Sightings, int]:
    """Viewpoints along streets, what they see, and how many things that is."""
    random = np.random.default_rng(0)
    views = count // _PER_VIEWPOINT
    eyes = np.column_stack([10.0 * (np.arange(views) % 200), 60.0 * (np.arange(views) // 200), np.full(views, 2.5)])
    yaw = random.uniform(-3, 3, views)
    things = 7 * views
    places = np.column_stack(
        [
            random.uniform(0, 2000, things),
            60.0 * random.integers(0, views // 200 + 1, things)
            + random.choice([-1, 1], things) * random.uniform(3, 18, things),
            random.uniform(0.3, 5, things),
        ]
    )
    labels = random.choice(8, things, p=[0.25, 0.25, 0.25, 0.05, 0.05, 0.05, 0.05, 0.05])
    seen = cKDTree(places[:, :2]).query(eyes[:, :2], k=_PER_VIEWPOINT)[1].ravel()
    viewpoint = np.repeat(np.arange(views), _PER_VIEWPOINT)
    offset = places[seen] - eyes[viewpoint]
    off = np.radians(0.7) * random.normal(size=(2, len(seen)))
    azimuth = np.arctan2(offset[:, 1], offset[:, 0]) - yaw[viewpoint] + off[0]
    told_m = np.linalg.norm(offset, axis=1) * np.exp(0.12 * random.normal(size=len(seen)))
    viewpoints = Viewpoints(
        position_m=eyes,
        position_sigma_m=np.full((views, 3), 0.05),
        yaw_rad=yaw,
        yaw_sigma_rad=np.full(views, 0.005),
        camera_height_m=np.full(views, 2.5),
    )
    sightings = Sightings(
        viewpoint=viewpoint,
        label=labels[seen].astype(np.int64),
        azimuth_rad=np.arctan2(np.sin(azimuth), np.cos(azimuth)),
        elevation_rad=np.arctan2(offset[:, 2], np.hypot(offset[:, 0], offset[:, 1])) + off[1],
        distance_m=told_m,
        distance_sigma_m=0.12 * told_m,
        width_rad=np.full(len(seen), 0.03),
        height_rad=np.full(len(seen), 0.03),
        confidence=np.full(len(seen), 0.8),
    )
    return viewpoints, sightings, len(np.unique(seen))


_WHAT = {"fuse": fuse, "choose": choose, "look": look}
_COUNTS = {"fuse": [10_000, 100_000, 1_000_000], "choose": [10, 1_000, 100_000], "look": [10, 100]}

if __name__ == "__main__":
    what, *counts = sys.argv[1:] or ["choose"]
    _WHAT[what]([int(count) for count in counts] or _COUNTS[what])
