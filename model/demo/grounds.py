"""Floors and walls of the places: linear colour at points in metres, drawn from noise and joints."""

from __future__ import annotations

import numpy as np

from surfaces import linear, noise


def rgb(*srgb) -> np.ndarray:
    return linear(np.array(srgb))


def _tint(base, amount) -> np.ndarray:
    return base[None, :] * np.clip(1 + amount, 0.1, 3)[:, None]


def _joints(x, y, width, depth, line) -> np.ndarray:
    """1 on the joints of a grid of slabs."""
    return ((np.mod(x, width) < line) | (np.mod(y, depth) < line)).astype(float)


def _over(base, colour, share) -> np.ndarray:
    share = np.clip(share, 0, 1)[:, None]
    return base * (1 - share) + colour * share


def _grain(x, y, fine, coarse) -> np.ndarray:
    return (
        fine * noise(x * 37, y * 37, 0)
        + coarse * noise(x * 1.7, y * 1.7, 1)
        + 0.6 * coarse * noise(x * 0.4, y * 0.4, 2)
    )


def _paving(x, y):
    row = np.floor(y / 0.4)
    shifted = x + 0.2 * np.mod(row, 2)
    slab = 0.10 * noise(np.floor(shifted / 0.6) * 7.3, row * 5.1, 3)
    colour = _tint(rgb(0.66, 0.63, 0.59), slab + _grain(x, y, 0.05, 0.06))
    return _over(colour, rgb(0.40, 0.38, 0.36), 0.8 * _joints(shifted, y, 0.6, 0.4, 0.018))


def _asphalt(x, y):
    return _tint(rgb(0.40, 0.41, 0.42), _grain(x, y, 0.10, 0.07))


def gate_floor(x, y):
    colour = _paving(x, y)
    road = y > 7.0
    kerb = (y > 6.75) & (y <= 7.0)
    colour = np.where(road[:, None], _asphalt(x, y), colour)
    return np.where(kerb[:, None], _tint(rgb(0.72, 0.71, 0.69), _grain(x, y, 0.03, 0.02)), colour)


def hall_floor(x, y):
    tile = 0.05 * noise(np.floor(x / 0.8) * 3.7, np.floor(y / 0.8) * 9.1, 3)
    colour = _tint(rgb(0.79, 0.75, 0.69), tile + _grain(x, y, 0.015, 0.05))
    dark = np.mod(np.floor(x / 0.8) + np.floor(y / 0.8), 4) == 0
    colour = np.where(dark[:, None], colour * 0.62, colour)
    return _over(colour, rgb(0.5, 0.47, 0.44), 0.7 * _joints(x, y, 0.8, 0.8, 0.014))


def parking_floor(x, y):
    colour = _tint(rgb(0.35, 0.36, 0.38), _grain(x, y, 0.10, 0.12))
    bay = ((np.mod(x + 0.4, 2.5) < 0.11) & (y > 3.6)) | (np.abs(y - 3.6) < 0.055)
    worn = noise(x * 9, y * 9, 4) > -1.1
    colour = _over(colour, rgb(0.86, 0.86, 0.84), 0.85 * (bay & worn))
    stain = np.clip(noise(x * 0.9 + 3, y * 0.9, 5) - 1.0, 0, 1)
    return _over(colour, rgb(0.17, 0.17, 0.18), 0.6 * stain)


def garden_floor(x, y):
    edge = 1.25 + 0.08 * noise(y * 1.3, x * 0, 2)
    path = np.abs(x - 0.3) < edge
    grass = _tint(
        rgb(0.33, 0.45, 0.19), 0.22 * noise(x * 45, y * 30, 0) + 0.16 * noise(x * 9, y * 9, 1) + 0.12 * noise(x, y, 2)
    )
    gravel = _tint(rgb(0.70, 0.62, 0.50), 0.14 * noise(x * 60, y * 60, 3) + 0.05 * noise(x * 3, y * 3, 4))
    return np.where(path[:, None], gravel, grass)


def library_floor(x, y):
    u, v = (x + y) * 0.7071, (x - y) * 0.7071
    slab = 0.07 * noise(np.floor(u / 0.5) * 3.1, np.floor(v / 0.5) * 4.7, 3)
    colour = _tint(rgb(0.58, 0.56, 0.56), slab + _grain(x, y, 0.05, 0.07))
    colour = _over(colour, rgb(0.36, 0.35, 0.35), 0.7 * _joints(u, v, 0.5, 0.5, 0.015))
    strip = np.abs(x + 1.6) < 0.2
    bumps = (np.mod(y, 0.1) < 0.05) & (np.mod(x, 0.1) < 0.05)
    return np.where(strip[:, None], _tint(rgb(0.76, 0.66, 0.34), 0.12 * bumps - 0.05), colour)


def bus_floor(x, y):
    brick = 0.09 * noise(np.floor(x / 0.22 + 0.5 * np.mod(np.floor(y / 0.11), 2)) * 3.3, np.floor(y / 0.11) * 7.7, 3)
    shifted = x + 0.11 * np.mod(np.floor(y / 0.11), 2)
    colour = _tint(rgb(0.56, 0.44, 0.38), brick + _grain(x, y, 0.04, 0.06))
    colour = _over(colour, rgb(0.34, 0.28, 0.25), 0.6 * _joints(shifted, y, 0.22, 0.11, 0.010))
    yellow = np.abs(y - 5.1) < 0.12
    colour = np.where(yellow[:, None], rgb(0.82, 0.68, 0.15)[None], colour)
    return np.where((y > 5.4)[:, None], _asphalt(x, y), colour)


def _brick_wall(x, z):
    row = np.floor(z / 0.085)
    shifted = x + 0.12 * np.mod(row, 2)
    brick = 0.14 * noise(np.floor(shifted / 0.24) * 5.3, row * 3.9, 3)
    colour = _tint(rgb(0.55, 0.32, 0.25), brick + _grain(x, z, 0.05, 0.08))
    return _over(colour, rgb(0.66, 0.61, 0.55), 0.8 * _joints(shifted, z, 0.24, 0.085, 0.013))


def gate_wall(x, z):
    """Houses across the road: a plastered front with windows over a hedge."""
    colour = _tint(rgb(0.78, 0.71, 0.60), _grain(x, z, 0.02, 0.05))
    window = (np.mod(x, 2.6) < 1.1) & (np.mod(z - 0.6, 2.9) > 1.0) & (np.mod(z - 0.6, 2.9) < 2.4)
    glass = _tint(rgb(0.24, 0.28, 0.33), 0.25 * noise(x * 0.9, z * 0.9, 4))
    colour = np.where(window[:, None], glass, colour)
    hedge = z < 1.1 + 0.07 * noise(x * 5, z * 0, 1)
    leaves = _tint(rgb(0.20, 0.31, 0.13), 0.35 * noise(x * 22, z * 22, 2) + 0.2 * noise(x * 5, z * 5, 0))
    return np.where(hedge[:, None], leaves, colour)


def hall_wall(x, z):
    colour = _tint(rgb(0.87, 0.86, 0.83), _grain(x, z, 0.006, 0.02))
    door = (np.mod(x + 1.0, 4.2) < 1.5) & (z < 2.2)
    wood = _tint(rgb(0.50, 0.35, 0.22), 0.10 * noise(x * 25, z * 1.5, 3))
    colour = np.where(door[:, None], wood, colour)
    board = (np.mod(x + 1.0, 4.2) > 2.2) & (np.mod(x + 1.0, 4.2) < 3.5) & (z > 1.1) & (z < 2.0)
    colour = np.where(
        board[:, None], _tint(rgb(0.30, 0.42, 0.55), 0.3 * noise(np.floor(x * 6), np.floor(z * 5), 5)), colour
    )
    return np.where((z < 0.12)[:, None], rgb(0.30, 0.29, 0.28)[None], colour)


def parking_wall(x, z):
    colour = _tint(rgb(0.60, 0.60, 0.59), _grain(x, z, 0.05, 0.10) - 0.08 * np.clip(noise(x * 3, z * 0.4, 4), 0, 2))
    band = (z > 0.9) & (z < 1.15)
    return np.where(band[:, None], rgb(0.72, 0.60, 0.16)[None], colour)


def hedge_wall(x, z):
    trunk = (np.mod(x + 0.4 * np.floor(x / 3.1), 3.1) < 0.24) & (z > 1.5)
    leaves = _tint(rgb(0.19, 0.29, 0.12), 0.38 * noise(x * 18, z * 18, 2) + 0.3 * noise(x * 3, z * 3, 0))
    light = _tint(rgb(0.47, 0.55, 0.36), 0.3 * noise(x * 4, z * 4, 1))
    colour = np.where((z > 1.6 + 0.15 * noise(x * 3, z * 0, 3))[:, None], light, leaves)
    return np.where(trunk[:, None], _tint(rgb(0.32, 0.25, 0.18), 0.2 * noise(x * 30, z * 4, 4)), colour)


def library_wall(x, z):
    colour = _brick_wall(x, z)
    glass = (np.mod(x + 0.6, 3.4) < 1.9) & (z < 2.7)
    pane = _tint(rgb(0.22, 0.27, 0.30), 0.25 * noise(x * 1.3, z * 0.8, 4))
    frame = (np.mod(x + 0.6, 0.95) < 0.06) | (np.abs(z - 2.1) < 0.04)
    pane = np.where(frame[:, None], rgb(0.16, 0.16, 0.17)[None], pane)
    return np.where(glass[:, None], pane, colour)


def street_wall(x, z):
    """Shop fronts across the street."""
    shop = np.floor(x / 4.0)
    hue = np.stack([0.45 + 0.18 * noise(shop * 3.3 + c, shop * 0, c) for c in range(3)], 1)
    colour = linear(np.clip(hue, 0.15, 0.8)) * (1 + _grain(x, z, 0.02, 0.04))[:, None]
    window = (np.mod(x, 4.0) > 0.5) & (np.mod(x, 4.0) < 3.5) & (z > 0.5) & (z < 2.5)
    glow = _tint(rgb(0.62, 0.55, 0.40), 0.5 * noise(x * 2.2, z * 2.2, 4))
    return np.where(window[:, None], glow, colour)
