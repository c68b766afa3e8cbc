"""The six places of the demo: floors, walls, street furniture, light, and where people walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from grounds import (
    bus_floor,
    garden_floor,
    gate_floor,
    gate_wall,
    hall_floor,
    hall_wall,
    hedge_wall,
    library_floor,
    library_wall,
    parking_floor,
    parking_wall,
    rgb,
    street_wall,
)
from solids import box, ellipsoid, tube


@dataclass
class Solid:
    """A thing that stands in a place. points (N, 3) metres in the place, colour: linear light."""

    points: np.ndarray
    faces: np.ndarray
    colour: np.ndarray


@dataclass
class Place:
    """One place with its camera. The camera looks along +y; people face -y at yaw 0.

    floor(x, y) and wall(x, z) give linear colours; walls: planes as (axis, position, height).
    zone: x and y ranges (metres) of people's feet. yaws: mean walking directions (degrees).
    sensor: gain per channel, exposure, noise, blur (pixels), jpeg quality, native scale range.
    """

    camera_id: int
    name: str
    camera: tuple[float, float, float]
    zone: tuple[tuple[float, float], tuple[float, float]]
    yaws: tuple[float, ...]
    floor: Callable
    wall: Callable
    walls: list[tuple[str, float, float]]
    indoor: bool
    sensor: dict
    solids: list[Solid] = field(default_factory=list)


@dataclass(frozen=True)
class Light:
    """Light of one picture: direction to the sun or lamps (unit), linear colours, and how soft
    shadows on the ground are (metres)."""

    direction: np.ndarray
    sun: np.ndarray
    sky: np.ndarray
    bounce: np.ndarray
    softness: float


def _solid(shape, *srgb) -> Solid:
    return Solid(shape[0], shape[1], rgb(*srgb))


def _car(x, y, srgb) -> list[Solid]:
    """A parked car seen from behind or in front: body, cabin, glass, lamps and wheels."""
    dark = (0.07, 0.08, 0.09)
    parts = [
        _solid(ellipsoid(np.array([x, y, 0.62]), np.array([0.88, 2.1, 0.38]), 0.35), *srgb),
        _solid(ellipsoid(np.array([x, y + 0.2, 1.08]), np.array([0.72, 1.2, 0.42]), 0.45), *srgb),
        _solid(ellipsoid(np.array([x, y + 0.15, 1.12]), np.array([0.66, 1.22, 0.28]), 0.35), *dark),
        _solid(box((x - 0.26, y - 2.13, 0.52), (x + 0.26, y - 2.05, 0.63)), 0.85, 0.85, 0.80),
    ]
    for side in (-1, 1):
        parts.append(
            _solid(
                box((x + side * 0.68 - 0.12, y - 2.1, 0.66), (x + side * 0.68 + 0.12, y - 1.9, 0.80)), 0.60, 0.13, 0.10
            )
        )
        for wheel in (-1.3, 1.3):
            parts.append(
                _solid(ellipsoid(np.array([x + side * 0.8, y + wheel, 0.32]), np.array([0.11, 0.32, 0.32]), 0.8), *dark)
            )
    return parts


def _bollards(places) -> list[Solid]:
    return [
        _solid(tube([(x, y, 0), (x, y, 0.5), (x, y, 0.95), (x, y, 0.97)], [0.07, 0.07, 0.07, 0.01]), 0.25, 0.26, 0.27)
        for x, y in places
    ]


def _bench(x, y) -> list[Solid]:
    slats = [
        _solid(box((x - 0.8, y + d, 0.42), (x + 0.8, y + d + 0.1, 0.46)), 0.47, 0.33, 0.20) for d in (0, 0.14, 0.28)
    ]
    slats += [_solid(box((x - 0.8, y + 0.44, h), (x + 0.8, y + 0.48, h + 0.1)), 0.47, 0.33, 0.20) for h in (0.58, 0.74)]
    return slats + [
        _solid(box((x + s - 0.03, y, 0), (x + s + 0.03, y + 0.42, 0.42)), 0.2, 0.2, 0.2) for s in (-0.7, 0.7)
    ]


def places() -> list[Place]:
    """The six cameras, in the order of their ids."""
    pillars = [_solid(box((x - 0.25, 6.4, 0), (x + 0.25, 6.9, 4.0)), 0.80, 0.79, 0.76) for x in (-4.5, 0.9, 5.4)]
    plants = [
        _solid(ellipsoid(np.array([x, 7.4, 1.0]), np.array([0.42, 0.42, 0.55])), 0.18, 0.32, 0.14) for x in (-2.2, 3.2)
    ]
    plants += [_solid(tube([(x, 7.4, 0), (x, 7.4, 0.55)], [0.22, 0.28]), 0.35, 0.33, 0.31) for x in (-2.2, 3.2)]
    cars = (
        _car(-3.35, 6.4, (0.62, 0.64, 0.67)) + _car(1.65, 6.5, (0.16, 0.22, 0.38)) + _car(4.15, 6.3, (0.55, 0.12, 0.11))
    )
    shelter = [_solid(tube([(x, 4.6, 0), (x, 4.6, 2.4)], [0.05, 0.05]), 0.35, 0.36, 0.38) for x in (-2.6, 1.2)]
    shelter += [_solid(box((-2.7, 3.9, 2.4), (1.3, 5.0, 2.5)), 0.30, 0.32, 0.35), *_bench(-0.9, 4.1)]
    return [
        Place(
            1,
            "north gate",
            (0.3, -7.0, 3.1),
            ((-2.2, 2.2), (-0.5, 4.5)),
            (0, 180, 20, -25),
            gate_floor,
            gate_wall,
            [("y", 13.0, 9.0)],
            False,
            {
                "gain": (1.02, 1.0, 0.97),
                "exposure": 1.0,
                "noise": 0.008,
                "blur": 0.45,
                "jpeg": 88,
                "saturation": 0.88,
                "native": (0.8, 1.0),
            },
            _bollards([(-3.0, 6.4), (-1.2, 6.4), (0.6, 6.4), (2.4, 6.4)]),
        ),
        Place(
            2,
            "main hall",
            (-1.0, -6.5, 2.5),
            ((-2.0, 2.4), (-0.3, 4.0)),
            (15, -40, 165, 60),
            hall_floor,
            hall_wall,
            [("y", 9.0, 5.0), ("x", -6.0, 5.0)],
            True,
            {
                "gain": (1.06, 1.0, 0.88),
                "exposure": 0.95,
                "noise": 0.011,
                "blur": 0.5,
                "jpeg": 87,
                "saturation": 0.82,
                "native": (0.75, 1.0),
            },
            pillars + plants,
        ),
        Place(
            3,
            "car park",
            (1.5, -8.5, 4.2),
            ((-2.8, 2.8), (-1.5, 2.9)),
            (90, -90, 70, -110, 180),
            parking_floor,
            parking_wall,
            [("y", 10.5, 2.6)],
            False,
            {
                "gain": (0.93, 1.0, 1.06),
                "exposure": 0.86,
                "noise": 0.015,
                "blur": 0.6,
                "jpeg": 80,
                "saturation": 0.68,
                "native": (0.65, 0.85),
            },
            cars,
        ),
        Place(
            4,
            "garden path",
            (0.0, -6.8, 2.2),
            ((-0.6, 1.2), (-0.8, 5.0)),
            (0, 180, 8, 172),
            garden_floor,
            hedge_wall,
            [("y", 12.0, 7.0)],
            False,
            {
                "gain": (1.02, 1.02, 0.92),
                "exposure": 1.05,
                "noise": 0.008,
                "blur": 0.4,
                "jpeg": 88,
                "saturation": 0.85,
                "native": (0.8, 1.0),
            },
            _bench(-2.0, 3.4) + _bench(2.6, 5.4),
        ),
        Place(
            5,
            "library entrance",
            (2.0, -5.6, 3.6),
            ((-2.2, 2.0), (-0.6, 3.2)),
            (150, 35, -30, 200, 100),
            library_floor,
            library_wall,
            [("y", 6.2, 8.0)],
            False,
            {
                "gain": (0.98, 1.0, 1.02),
                "exposure": 1.0,
                "noise": 0.010,
                "blur": 0.5,
                "jpeg": 85,
                "saturation": 0.8,
                "native": (0.7, 0.95),
            },
            [],
        ),
        Place(
            6,
            "bus stop",
            (-1.5, -8.0, 2.6),
            ((-2.6, 2.6), (-0.8, 3.4)),
            (90, -80, 55, -60, 30),
            bus_floor,
            street_wall,
            [("y", 14.0, 6.0)],
            False,
            {
                "gain": (1.04, 0.99, 0.95),
                "exposure": 0.92,
                "noise": 0.018,
                "blur": 0.6,
                "jpeg": 82,
                "saturation": 0.74,
                "native": (0.6, 0.85),
            },
            shelter,
        ),
    ]


def light_for(place: Place, hour: float, overcast: bool) -> Light:
    """Light of a place at an hour of the day (7 to 20), sunny or overcast."""
    if place.indoor:
        direction = np.array([0.25, -0.35, 1.0])
        return Light(
            direction / np.linalg.norm(direction),
            rgb(0.62, 0.60, 0.56),
            rgb(0.66, 0.65, 0.63),
            rgb(0.46, 0.44, 0.41),
            0.16,
        )
    turn = np.deg2rad((hour - 13.0) * 15.0 - 25.0 * place.camera_id)
    height = np.deg2rad(np.clip(58 - 7.5 * abs(hour - 13.0), 12, 58))
    direction = np.array([np.sin(turn) * np.cos(height), -np.cos(turn) * np.cos(height), np.sin(height)])
    low = np.clip((38 - np.rad2deg(height)) / 26, 0, 1)
    if overcast:
        direction = np.array([0.15, -0.2, 1.0]) / np.linalg.norm([0.15, -0.2, 1.0])
        level = 1.0 - 0.35 * low
        return Light(
            direction,
            level * rgb(0.48, 0.49, 0.50),
            level * rgb(0.74, 0.77, 0.80),
            level * rgb(0.42, 0.42, 0.42),
            0.22,
        )
    sun = np.array([1.0, 0.94 - 0.22 * low, 0.84 - 0.45 * low]) * (1.15 - 0.3 * low)
    return Light(
        direction, sun, rgb(0.52, 0.58, 0.67) * (1 - 0.25 * low), rgb(0.42, 0.40, 0.37) * (1 - 0.2 * low), 0.02
    )
