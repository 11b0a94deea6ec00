"""Stages that answer from a world's truth, with as much noise as one likes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from server.pipeline.stages import (
    Box,
    DistanceMap,
    Impression,
    Proposal,
    Sees,
    Sound,
    Stages,
    VoiceRequest,
)
from server.pipeline.views import Picture, View
from server.synthetic.truth import Sight, truth
from server.synthetic.world import World

# Fewer pixels than this of a picture 2048 wide are no box that anyone would draw.
LEAST_PX = 30
_LEVEL_DB_SPL_1M = 65.0


@dataclass(frozen=True, kw_only=True)
class Noise:
    """How wrong the stages are; all zeros are perfect stages."""

    box_jitter_deg: float = 0.0
    """Standard deviation of every side of every box."""
    miss_rate: float = 0.0
    duplicate_rate: float = 0.0
    depth_scale: float = 1.0
    depth_shift_m: float = 0.0
    depth_noise: float = 0.0
    """Standard deviation of the log-distance of every pixel, and again of each whole map."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Oracle:
    """The truth of one picture of a world, in the form in which stages are asked."""

    object_id: NDArray[np.int16]
    distance_m: NDArray[np.float32]
    sights: tuple[Sight, ...]
    camera_height_m: float
    directions: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = field(init=False)
    _shown: dict[View, dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]] = field(default_factory=dict)
    _far: dict[View, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        height_px, width_px = self.object_id.shape
        sphere = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
        by_id = {}
        for sight in self.sights:
            rows, columns = np.nonzero(self.object_id == sight.object_id)
            # Ground has many pixels, and its mask doesn't hang on them.
            every = 1 if sight.kind == "point" else 5
            by_id[sight.object_id] = sphere.direction(columns[::every] + 0.5, rows[::every] + 0.5)
        object.__setattr__(self, "directions", by_id)

    @classmethod
    def of(cls, world: World, width_px: int = 2048) -> Oracle:
        """What a picture of the world shows that sounds, is large enough and isn't nearly hidden."""
        true = truth(world, width_px)
        pixel_sr = (2.0 * np.pi / width_px) ** 2
        sights = tuple(
            sight
            for sight in true.sights
            if sight.kind is not None and sight.solid_angle_sr > LEAST_PX * pixel_sr and sight.visible > 0.3
        )
        return cls(
            object_id=true.object_id,
            distance_m=true.distance_m,
            sights=sights,
            camera_height_m=world.camera_height_m,
        )

    def turned(self, columns_px: int) -> Oracle:
        """The same world turned to the left by so many columns."""
        turn_deg = 360.0 * columns_px / self.object_id.shape[1]
        return Oracle(
            object_id=np.roll(self.object_id, -columns_px, axis=1),
            distance_m=np.roll(self.distance_m, -columns_px, axis=1),
            sights=tuple(
                replace(sight, azimuth_deg=float(wrapped_azimuth_deg(sight.azimuth_deg + turn_deg)))
                for sight in self.sights
            ),
            camera_height_m=self.camera_height_m,
        )

    def mirrored(self) -> Oracle:
        """The same world in a mirror."""
        return Oracle(
            object_id=self.object_id[:, ::-1],
            distance_m=self.distance_m[:, ::-1],
            sights=tuple(
                replace(sight, azimuth_deg=float(wrapped_azimuth_deg(-sight.azimuth_deg))) for sight in self.sights
            ),
            camera_height_m=self.camera_height_m,
        )

    def shown(self, view: View) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Columns and rows at which a window shows each thing, by its id, remembered."""
        if view not in self._shown:
            by_id = {}
            for object_id, (azimuth_deg, elevation_deg) in self.directions.items():
                column, row = view.pixel(azimuth_deg, elevation_deg)
                with np.errstate(invalid="ignore"):
                    across = (column >= 0) & (column <= view.width_px)
                    inside = across & (row >= 0) & (row <= view.height_px)
                by_id[object_id] = column[inside], row[inside]
            self._shown[view] = by_id
        return self._shown[view]

    def far(self, view: View) -> NDArray[np.float64]:
        """True metres for every pixel of a window, remembered."""
        if view not in self._far:
            self._far[view] = _sampled(self.distance_m, view).astype(np.float64)
        return self._far[view]

    def seen_by(self, windows: Sequence[Picture]) -> tuple[Sight, ...]:
        """The compact things of which the windows together show nearly everything."""
        found = []
        for sight in self.sights:
            azimuth_deg, elevation_deg = self.directions[sight.object_id]
            shown = np.zeros(azimuth_deg.shape, dtype=bool)
            for window in windows:
                shown |= window.view.contains(azimuth_deg, elevation_deg)
            if sight.kind == "point" and shown.mean() > 0.95:
                found.append(sight)
        return tuple(found)


@dataclass(frozen=True, kw_only=True, eq=False)
class TruthfulProposer:
    """Names what every window shows, and boxes nothing."""

    oracle: Oracle
    sees: Sees
    identity: str = "truth@1"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        for window in windows:
            named: dict[str, Proposal] = {}
            for sight in self.oracle.sights:
                if self.oracle.shown(window.view)[sight.object_id][0].size >= LEAST_PX:
                    named.setdefault(sight.label, _proposal(sight))
            yield Impression(proposals=tuple(named.values()), surroundings="outdoor", surroundings_confidence=1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class TruthfulGrounder:
    """Boxes what it was asked for, tightly around the visible pixels; ground gets a mask."""

    oracle: Oracle
    sees: Sees
    noise: Noise = field(default_factory=Noise)
    identity: str = "truth@1"

    def ground(self, windows: Sequence[Picture], proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
        labels = {proposal.label for proposal in proposals}
        for number, window in enumerate(windows):
            found = []
            for sight in self.oracle.sights:
                random = np.random.default_rng([self.noise.seed, number, sight.object_id])
                box = self._box(sight, window.view)
                if sight.label not in labels or box is None or random.random() < self.noise.miss_rate:
                    continue
                mask = self._mask(sight, window.view) if sight.kind != "point" else None
                again = random.random() < self.noise.duplicate_rate
                jittered = self._jittered(box, self.noise.box_jitter_deg, random)
                confidence = float(random.uniform(0.6, 0.9))
                found.append(replace(_proposal(sight), box=jittered, mask=mask, confidence=confidence))
                if again:
                    loose = self._jittered(box, max(self.noise.box_jitter_deg, 0.05 * sight.width_deg), random)
                    found.append(replace(_proposal(sight), box=loose, mask=mask, confidence=confidence - 0.1))
            yield found

    def _box(self, sight: Sight, view: View) -> Box | None:
        column, row = self.oracle.shown(view)[sight.object_id]
        if column.size < LEAST_PX:
            return None
        half_px = _px_per_deg(view) * 180.0 / self.oracle.object_id.shape[1]
        if view.projection == "equirectangular":
            # The box is counted on from the far side of the widest gap, across the seam if need be.
            at = np.sort(column)
            gap = np.diff(np.append(at, at[0] + view.width_px))
            first = at[(int(np.argmax(gap)) + 1) % at.size]
            column = first + np.mod(column - first, view.width_px)
        left, right = column.min() - half_px, column.max() + half_px
        top, bottom = row.min() - half_px, row.max() + half_px
        if view.projection == "perspective":
            left, right = max(left, 0.0), min(right, view.width_px)
        return Box(
            view=view,
            left_px=float(left),
            top_px=float(max(top, 0.0)),
            right_px=float(right),
            bottom_px=float(min(bottom, view.height_px)),
        )

    def _mask(self, sight: Sight, view: View) -> NDArray[np.bool_]:
        small = view.resized(256, 256 * view.height_px // view.width_px)
        return _sampled(self.oracle.object_id, small) == sight.object_id

    @staticmethod
    def _jittered(box: Box, jitter_deg: float, random: np.random.Generator) -> Box:
        moves = random.normal(size=4) * jitter_deg * _px_per_deg(box.view)
        left, right = sorted((box.left_px + moves[0], box.right_px + moves[1]))
        top, bottom = sorted((box.top_px + moves[2], box.bottom_px + moves[3]))
        return Box(
            view=box.view,
            left_px=float(left),
            top_px=float(np.clip(top, 0.0, box.view.height_px)),
            right_px=float(right),
            bottom_px=float(np.clip(bottom, 0.0, box.view.height_px)),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class TruthfulDepthEstimator:
    """Looks the distance up, and adds what noise it is told to."""

    oracle: Oracle
    sees: Sees
    noise: Noise = field(default_factory=Noise)
    identity: str = "truth@1"

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        noise = self.noise
        for number, window in enumerate(windows):
            random = np.random.default_rng([noise.seed, 1000 + number])
            scale = min(1.0, 384 / window.view.height_px)
            view = window.view.resized(int(window.view.width_px * scale), int(window.view.height_px * scale))
            true_m = self.oracle.far(view)
            wrong = random.normal() * noise.depth_noise + random.normal(size=true_m.shape) * noise.depth_noise
            distance_m = np.maximum(true_m * noise.depth_scale * np.exp(wrong) + noise.depth_shift_m, 0.2)
            yield DistanceMap(
                view=view,
                distance_m=distance_m.astype(np.float32),
                sigma_m=(distance_m * np.hypot(0.03, 1.5 * noise.depth_noise)).astype(np.float32),
            )


@dataclass(frozen=True, kw_only=True)
class SineVoicer:
    """A tone for every request."""

    identity: str = "sine@1"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        for request in requests:
            cycles = 220 + request.seed % 220
            time_s = np.arange(int(48_000 * request.duration_s)) / 48_000
            yield Sound(samples=(0.1 * np.sin(2 * np.pi * cycles * time_s)).astype(np.float32), loop=True)


def truthful_stages(oracle: Oracle, *, sees: Sees = "views", noise: Noise | None = None) -> Stages:
    """Stages that answer from truth."""
    noise = noise or Noise()
    return Stages(
        propose=TruthfulProposer(oracle=oracle, sees=sees),
        ground=TruthfulGrounder(oracle=oracle, sees=sees, noise=noise),
        estimate_depth=TruthfulDepthEstimator(oracle=oracle, sees=sees, noise=noise),
        voice=SineVoicer(),
    )


def blank_views(count: int, *, hfov_deg: float = 90.0, side_px: int = 640) -> tuple[Picture, ...]:
    """Square views all around the horizon, without pixels: stubs need geometry only."""
    return tuple(
        _blank(
            View(
                name=f"view-{number}",
                projection="perspective",
                width_px=side_px,
                height_px=side_px,
                hfov_deg=hfov_deg,
                yaw_deg=float(wrapped_azimuth_deg(360.0 / count * number)),
            )
        )
        for number in range(count)
    )


def blank_picture(width_px: int = 2048) -> tuple[Picture, ...]:
    """The whole panorama as the only window."""
    return (_blank(View(name="picture", projection="equirectangular", width_px=width_px, height_px=width_px // 2)),)


def _blank(view: View) -> Picture:
    return Picture(pixels=np.broadcast_to(np.uint8(0), (view.height_px, view.width_px, 3)), view=view)


def _proposal(sight: Sight) -> Proposal:
    kind = sight.kind or "point"
    return Proposal(
        label=sight.label,
        prompt=f"the sound of {sight.label}",
        kind=kind,
        level_db_spl_1m=_LEVEL_DB_SPL_1M,
        evidence="seen",
        confidence=0.9,
    )


def _px_per_deg(view: View) -> float:
    if view.projection == "equirectangular":
        return view.width_px / 360.0
    return float(np.radians(1.0) * view.focal_px)


def _sampled(truth_map: NDArray, view: View) -> NDArray:
    """An equirectangular map as a window shows it."""
    height_px, width_px = truth_map.shape
    column, row = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    azimuth_deg, elevation_deg = view.direction(column, row)
    sphere = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
    at_column, at_row = sphere.pixel(azimuth_deg, elevation_deg)
    return truth_map[np.minimum(at_row.astype(int), height_px - 1), np.mod(at_column.astype(int), width_px)]
