"""Simple solids as triangle meshes: boxes, ellipsoids, tubes, rings and brims. Metres."""

from __future__ import annotations

import numpy as np

from body import rotation


def _grid(rows: int, columns: int) -> np.ndarray:
    """Triangles of a rows x columns grid of points."""
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    quads = np.stack([a, b, c, d], -1).reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int64)


def ellipsoid(centre, radii, power: float = 1.0):
    """A closed ellipsoid; power below 1 squares it into a rounded box."""
    around, up = np.linspace(0, 2 * np.pi, 25), np.linspace(-np.pi / 2, np.pi / 2, 13)
    u, v = np.meshgrid(around, up)

    def bend(t):
        return np.sign(t) * np.abs(t) ** power

    shape = np.stack([bend(np.cos(v)) * bend(np.cos(u)), bend(np.cos(v)) * bend(np.sin(u)), bend(np.sin(v))], -1)
    return shape.reshape(-1, 3) * radii + centre, _grid(13, 25)


def box(low, high):
    """An axis-aligned box with its own vertices on every side (flat shading)."""
    x0, y0, z0 = low
    x1, y1, z1 = high
    sides = [
        [(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)],
        [(x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)],
        [(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)],
        [(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)],
        [(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)],
        [(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)],
    ]
    points = np.array(sides, dtype=float).reshape(-1, 3)
    faces = np.concatenate([np.array([[0, 1, 2], [0, 2, 3]]) + 4 * i for i in range(6)])
    return points, faces.astype(np.int64)


def tube(path, radii):
    """A round tube along a path (K, 3) with a radius at each place."""
    path = np.asarray(path, dtype=float)
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    helper = np.where(np.abs(along[:, [0]]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(along, helper)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    angle = np.linspace(0, 2 * np.pi, 11)
    offsets = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    points = path[:, None] + offsets * np.asarray(radii, dtype=float)[:, None, None]
    return points.reshape(-1, 3), _grid(len(path), 11)


def ring(centre, radius: float, thickness: float, tilt: float, drop: float):
    """A soft ring round the neck (a scarf); with drop it hangs lower and thicker behind (a hood)."""
    around = np.linspace(0, 2 * np.pi, 33)
    path = np.stack([radius * np.sin(around), radius * np.cos(around), np.zeros(33)], 1)
    behind = np.clip(np.cos(around), 0, 1)
    path = path @ rotation("x", tilt).T
    path[:, 2] -= drop * behind
    radii = thickness * (0.75 + 0.45 * behind * (drop > 0) + 0.12 * np.sin(around * 5))
    return tube(path + centre, radii)


def disc(centre, width: float, reach: float, front_only: bool):
    """A slightly bent brim in the plane of the ground, facing -y."""
    span = (-np.pi / 2, np.pi / 2) if front_only else (-np.pi, np.pi)
    around = np.linspace(*span, 25)
    rows = []
    for share, dip in ((0.0, 0.0), (0.5, 0.004), (1.0, 0.02)):
        drop = dip + 0.02 * share * np.abs(np.sin(around)) + (0.012 * share if front_only else 0.0)
        rows.append(np.stack([share * width * np.sin(around), -share * reach * np.cos(around), -drop], 1))
    return np.concatenate(rows) + centre, _grid(3, 25)
