"""Colours and patterns of skin, hair, cloth and shoes, per drawn pixel, in linear light."""

from __future__ import annotations

import numpy as np

_NOISE = np.random.default_rng(20260512).normal(0, 1, (6, 64, 64))


def linear(srgb) -> np.ndarray:
    """sRGB in [0, 1] to linear light."""
    return np.asarray(srgb, dtype=float) ** 2.2


def noise(u, v, channel: int = 0) -> np.ndarray:
    """Smooth repeatable noise, about unit variance; u, v: coordinates, one cell per unit."""
    table = _NOISE[channel % 6]
    iu, iv = np.floor(u).astype(int), np.floor(v).astype(int)
    fu, fv = u - iu, v - iv
    fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)

    def pick(a, b):
        return table[a & 63, b & 63]

    low = pick(iu, iv) * (1 - fu) + pick(iu + 1, iv) * fu
    high = pick(iu, iv + 1) * (1 - fu) + pick(iu + 1, iv + 1) * fu
    return 1.5 * (low * (1 - fv) + high * fv)


def paint(name: str, material: dict, canonical: np.ndarray, look: dict) -> np.ndarray:
    """Linear colour (P, 3) of the pixels of one layer. canonical: (P, 4)."""
    if name == "skin":
        return _skin(canonical, look)
    if name == "eyes":
        return np.tile(linear((0.30, 0.25, 0.22)), (len(canonical), 1))
    if name == "hair":
        return _hair(canonical, material)
    if name == "shoes":
        return _shoes(canonical, material)
    if material.get("cloth"):
        return _cloth(name, canonical, material, look)
    return np.tile(linear(material["colour"]), (len(canonical), 1))


def _mix(base, other, share) -> np.ndarray:
    share = np.clip(share, 0, 1)[:, None]
    return base * (1 - share) + other * share


def _skin(canonical, look) -> np.ndarray:
    x, y, z, arm = canonical.T
    tone = linear(look["skin"])
    colour = np.tile(tone, (len(x), 1))
    colour *= (1 + 0.03 * noise(x * 60, z * 60))[:, None]
    face = (z > 1.58) & (y < -0.07) & (arm < 0)
    warm = np.exp(-(((np.abs(x) - 0.04) / 0.02) ** 2) - ((z - 1.685) / 0.02) ** 2) * face
    colour = _mix(colour, tone * np.array([1.06, 0.80, 0.76]), 0.5 * warm)
    hair = linear(look["brow_colour"])
    brow = np.exp(-(((z - 1.742 - 0.1 * (0.03 - np.abs(np.abs(x) - 0.03))) / 0.005) ** 2)) * (
        (np.abs(x) > 0.012) & (np.abs(x) < 0.055) & face & (y < -0.115)
    )
    colour = _mix(colour, hair, 0.8 * brow)
    socket = np.exp(-(((np.abs(x) - 0.032) / 0.017) ** 2) - ((z - 1.724) / 0.008) ** 2) * face
    colour = _mix(colour, tone * 0.35, 0.75 * socket)
    lips = np.exp(-((x / 0.022) ** 2) - ((z - 1.650) / 0.008) ** 2) * face * (y < -0.13)
    colour = _mix(colour, tone * np.array([0.85, 0.52, 0.52]), 0.9 * lips)
    if look.get("beard", 0) > 0:
        jaw = np.interp(z, [1.585, 1.60, 1.675, 1.69], [0, 1, 1, 0]) * ((z < 1.668) | (np.abs(x) > 0.05))
        mouth = 1 - np.exp(-((x / 0.022) ** 2) - ((z - 1.650) / 0.007) ** 2)
        area = jaw * mouth * (y < -0.066) * (arm < 0)
        colour = _mix(colour, hair * 0.9, look["beard"] * area)
    # A shaved or bald head still shows where hair grows.
    if look["hair"] == "bald":
        colour = _mix(colour, hair, 0.12 * (z > 1.77))
    return colour


def _hair(canonical, material) -> np.ndarray:
    x, y, z, _ = canonical.T
    base = linear(material["colour"])
    seed = material["seed"]
    strands = noise(x * 180 + seed, y * 180 + z * 12, 1) + 0.6 * noise(x * 60 + seed, z * 10 + y * 60, 2)
    return base * np.clip(1 + 0.20 * strands, 0.45, 1.8)[:, None]


def _shoes(canonical, material) -> np.ndarray:
    x, y, z, _ = canonical.T
    colour = np.tile(linear(material["colour"]), (len(x), 1))
    sole = linear(material.get("sole", (0.08, 0.08, 0.08)))
    colour = _mix(colour, sole, (z < 0.022).astype(float))
    toe = (y < -0.13) & (z < 0.05)
    colour = _mix(colour, colour * 0.75 + 0.25 * sole, toe * 0.5)
    laces = (np.abs(np.abs(x) - 0.19) < 0.018) & (y < -0.06) & (z > 0.05) & (np.mod(y, 0.016) < 0.008)
    colour = _mix(colour, sole, 0.6 * laces * (material["kind"] != "boots"))
    if material["kind"] == "sneakers":
        stripe = (np.abs(y + 0.07 - 0.3 * (z - 0.05)) < 0.012) & (z > 0.025) & (z < 0.07)
        colour = _mix(colour, sole, 0.8 * stripe)
    return colour


def _stripes(z, arm, period):
    along = np.where(arm > 0.05, arm * 0.27, z)
    return (np.mod(along, period) < period * 0.5).astype(float)


def _print(x, z, seed):
    """A printed motif on the chest: a disc, a block, letters or a chevron."""
    u, v = x / 0.11, (z - 1.29) / 0.10
    inside = (np.abs(u) < 1) & (np.abs(v) < 1)
    kind = seed % 4
    if kind == 0:
        return ((u**2 + v**2 < 0.8) & (u**2 + (v - 0.1) ** 2 > 0.15)).astype(float)
    if kind == 1:
        return (inside & (np.abs(v) < 0.75)).astype(float)
    if kind == 2:
        letters = noise(np.floor(u * 4) + 10 + seed, np.floor(v * 3) + 10, 3) > -0.4
        return (inside & (np.abs(v) < 0.7) & letters & (np.mod(u * 4, 1) > 0.2)).astype(float)
    return (inside & (np.mod(v + np.abs(u) * 0.8, 0.8) < 0.4)).astype(float)


def pattern_share(material, canonical) -> np.ndarray:
    """Where the second colour of a garment shows, 0 to 1, per pixel."""
    x, y, z, arm = canonical.T
    pattern, seed = material.get("pattern", "plain"), material.get("seed", 0)
    period = material.get("period", 0.07)
    if pattern == "striped":
        return _stripes(z, arm, period)
    if pattern == "pinstriped":
        around = np.where(arm > 0.05, z * 0.8 + y, x)
        return (np.mod(around, 0.03) < 0.009).astype(float)
    if pattern == "checked":
        across = np.where(arm > 0.05, y + z, x)
        return 0.5 * (np.mod(across, period * 1.2) < period * 0.5) + 0.5 * _stripes(z, arm, period * 1.1)
    if pattern == "two-tone":
        return ((z > 1.30) & (arm < 0.25) | (arm > 0) & (arm < 0.25) | (z > 1.30) & (arm >= 0.25)).astype(float)
    if pattern == "contrast sleeves":
        return (arm > 0.02).astype(float)
    if pattern == "printed":
        return _print(x, z, seed) * (y < -0.03) * (arm < 0)
    if pattern == "bands":
        level = (np.abs(z - 1.09) < 0.028) | (np.abs(z - 1.25) < 0.028)
        return (level | ((np.abs(np.abs(x) - 0.115) < 0.024) & (z > 1.25))).astype(float)
    if pattern == "floral":
        u, v = (x + y) * 30 + z * 14, z * 32 - x * 12
        return (noise(u + seed, v, 4) + 0.5 * noise(u * 2.1, v * 2.1, 5) > 0.75).astype(float)
    if pattern == "camouflage":
        u, v = x * 12 + z * 7 + y * 6, z * 13 - x * 6
        return (noise(u + seed, v, 5) + 0.4 * noise(u * 2.3, v * 2.3, 4) > 0.15).astype(float)
    if pattern == "side stripe":
        outer = np.abs(x) - (0.118 + np.clip(0.98 - z, 0, 1) * 0.085)
        return ((outer > 0.045) & (np.abs(y + 0.015) < 0.022)).astype(float)
    return np.zeros(len(x))


def _cloth(name, canonical, material, look) -> np.ndarray:
    x, y, z, arm = canonical.T
    base = linear(material["colour"])
    colour = np.tile(base, (len(x), 1))
    if material.get("pattern_colour") is not None:
        colour = _mix(colour, linear(material["pattern_colour"]), pattern_share(material, canonical))
    colour = (
        colour * (1 + 0.04 * noise(x * 30, z * 30 + y * 17, 2) + 0.015 * noise(x * 200, z * 200 + y * 90, 3))[:, None]
    )
    kind = material["kind"]
    if kind == "jeans":
        fade = np.exp(-(((z - 0.72) / 0.16) ** 2)) * (y < -0.02) + 0.7 * np.exp(-(((z - 0.5) / 0.06) ** 2)) * (
            y < -0.03
        )
        colour = colour * (1 + 0.35 * fade)[:, None]
    if name == "lower" and kind in ("trousers", "jeans", "shorts"):
        colour = _mix(colour, linear(look["belt"]), (np.abs(z - 1.045) < 0.016).astype(float))
    if kind in ("jacket", "puffer jacket", "hoodie", "coat", "vest") and name == "upper":
        zip_line = (np.abs(x) < 0.006) & (y < -0.05) & (kind != "hoodie")
        colour = _mix(colour, base * 0.35 + 0.01, 0.8 * zip_line)
        pockets = (np.abs(np.abs(x) - 0.10) < 0.008) & (np.abs(z - 1.06) < 0.06) & (y < -0.03) & (arm < 0)
        colour = _mix(colour, base * 0.4, 0.7 * pockets)
        cuffs = (arm > 1.86) | ((z < 0.955) & (arm < 0) & (kind != "coat"))
        colour = _mix(colour, base * 0.72, cuffs * 0.8)
    if kind in ("shirt", "polo shirt"):
        placket = (np.abs(x) < 0.010) & (y < -0.05) & ((z > 1.40) | (kind == "shirt"))
        colour = _mix(colour, base * 0.7, 0.6 * placket)
        colour = _mix(colour, base * 0.75, 0.5 * ((z > 1.515) & (np.abs(x) < 0.12)))
    if kind == "suit jacket" and name == "upper":
        lapel = (
            (y < -0.03) & (np.abs(np.abs(x) - 0.05 - 0.28 * np.clip(z - 1.2, 0, 0.3)) < 0.006) & (z > 1.16) & (arm < 0)
        )
        colour = _mix(colour, base * 0.45, lapel * 0.9)
    if kind.startswith("backpack"):
        seam = (np.abs(np.mod(z + 0.1, 0.2) - 0.1) < 0.006).astype(float)
        colour = _mix(colour, base * 0.45 + 0.01, 0.7 * seam)
    if kind == "dress" and material["seed"] % 2:
        colour = _mix(colour, base * 0.35, 0.8 * (np.abs(z - 1.10) < 0.012))
    if kind == "suitcase":
        colour = colour * (1 - 0.3 * (np.mod(x, 0.06) < 0.012))[:, None]
    if name == "upper" and kind not in ("scarf",):
        strap = linear(look["bag_colour"]) * 0.8
        colour = _mix(colour, strap, strap_share(canonical, look))
    return colour


def strap_share(canonical, look) -> np.ndarray:
    """Where straps of a backpack or a shoulder bag lie over the outer garment, 0 or 1 per pixel."""
    x, y, z, arm = canonical.T
    if look["bag"] == "backpack":
        over = np.abs(np.abs(x) - 0.105 - 0.05 * np.clip(1.4 - z, 0, 0.3)) < 0.022
        return (over & (z > 1.22) & (y < 0.05) & (arm < 0.15)).astype(float)
    if look["bag"] == "shoulder bag":
        # The strap runs from the far shoulder to the hip that carries the bag.
        sign = 1.0 if look["bag_side"] == "left" else -1.0
        line = (x * sign + 0.10) * 0.86 - (1.50 - z) * 0.50
        return ((np.abs(line) < 0.020) & (arm < 0.1) & (z > 0.95)).astype(float)
    return np.zeros(len(x))
