"""Bags: backpack, shoulder bag, handbag, shopping bag and suitcase, placed on a posed body."""

from __future__ import annotations

import numpy as np

from body import PARTS, BodyModel, Posed
from clothes import Layer
from solids import box, ellipsoid, tube


def _layer(points, faces, colour, kind, name="bag") -> Layer:
    canonical = np.concatenate([points - points.mean(0), np.full((len(points), 1), -1.0)], axis=1)
    material = {"kind": kind, "colour": colour, "cloth": True, "pattern": "plain"}
    return Layer(name, points, faces, np.ones(len(points)), canonical, material)


def carry(body: BodyModel, posed: Posed, rest: np.ndarray, look: dict, thickness: float, phone: bool) -> list[Layer]:
    """Layers of the person's bag, and of a phone in the right hand. thickness: how far the outer
    garment stands off (metres). Straps over the garment are painted by surfaces.py."""
    return _bag(body, posed, rest, look, thickness) + (_phone(posed) if phone else [])


def _phone(posed: Posed) -> list[Layer]:
    hand = posed.bones["finger2-1.R"][2]
    points, faces = box(hand + np.array([-0.045, -0.045, -0.02]), hand + np.array([0.035, -0.03, 0.13]))
    return [_layer(points, faces, (0.05, 0.05, 0.06), "phone", "phone")]


def _bag(body: BodyModel, posed: Posed, rest: np.ndarray, look: dict, thickness: float) -> list[Layer]:
    kind, colour = look["bag"], look["bag_colour"]
    if kind == "none":
        return []
    size = posed.height / 1.75
    if kind == "backpack":
        return _backpack(body, posed, rest, colour, size, thickness, look["seed"])
    if kind == "shoulder bag":
        return _shoulder_bag(body, posed, rest, look, size, thickness)
    hand_bone = f"finger3-1.{'L' if look['bag_side'] == 'left' else 'R'}"
    hand = posed.bones[hand_bone][2]
    if kind in ("handbag", "shopping bag"):
        return _in_hand(hand, kind, colour, size)
    return _suitcase(posed, hand, colour, size)


def _backpack(body, posed, rest, colour, size, thickness, seed) -> list[Layer]:
    spine = posed.bones["spine02"][1]
    chest = rest[slice(*PARTS["tights"])]
    chest = chest[(np.abs(chest[:, 0]) < 0.1) & (np.abs(chest[:, 2] - spine[2] - 0.08) < 0.15)]
    wide, deep, tall = (0.155 + 0.012 * (seed % 3)) * size, 0.075 * size, (0.225 + 0.015 * (seed % 2)) * size
    centre = np.array([0.0, chest[:, 1].max() + thickness + deep * 0.8, spine[2] + 0.04 * size])
    parts = [ellipsoid(centre, np.array([wide, deep, tall]), power=0.55)]
    pocket = centre + np.array([0, deep * 0.8, -tall * 0.38])
    parts.append(ellipsoid(pocket, np.array([wide * 0.78, deep * 0.5, tall * 0.45]), power=0.5))
    return [
        _layer(posed.attach("spine02", points), faces, colour, f"backpack {i}")
        for i, (points, faces) in enumerate(parts)
    ]


def _shoulder_bag(body, posed, rest, look, size, thickness) -> list[Layer]:
    sign = 1.0 if look["bag_side"] == "left" else -1.0
    root = posed.bones["root"][1]
    hips = rest[slice(*PARTS["tights"])]
    hips = hips[np.abs(hips[:, 2] - root[2]) < 0.06]
    half = hips[:, 0].max()
    centre = np.array([sign * (half + thickness + 0.045 * size), root[1] + 0.01, root[2] - 0.02])
    points, faces = ellipsoid(centre, np.array([0.05, 0.155, 0.115]) * size, power=0.5)
    flap = ellipsoid(
        centre + np.array([sign * 0.012, 0, 0.045 * size]), np.array([0.05, 0.16, 0.075]) * size, power=0.4
    )
    return [
        _layer(posed.attach("root", points), faces, look["bag_colour"], "shoulder bag 0"),
        _layer(posed.attach("root", flap[0]), flap[1], look["bag_colour"], "shoulder bag 1"),
    ]


def _in_hand(hand, kind, colour, size) -> list[Layer]:
    half = np.array([0.055, 0.15, 0.11] if kind == "handbag" else [0.06, 0.15, 0.17]) * size
    drop = 0.13 if kind == "handbag" else 0.12
    centre = hand - np.array([0, 0, drop * size + half[2]])
    centre[2] = max(centre[2], half[2] + 0.02)
    points, faces = ellipsoid(centre, half, power=0.55 if kind == "handbag" else 0.25)
    layers = [_layer(points, faces, colour, kind)]
    for shift in (-0.02, 0.02):
        top = centre + np.array([shift, 0, half[2] * 0.9])
        angles = np.linspace(0, np.pi, 9)
        handle = np.stack(
            [
                np.full(9, top[0]) + (hand[0] - top[0]) * np.sin(angles),
                top[1] + half[1] * 0.55 * np.cos(angles),
                top[2] + (hand[2] + 0.01 - top[2]) * np.sin(angles) ** 0.7,
            ],
            1,
        )
        layers.append(_layer(*tube(handle, [0.008 * size] * 9), colour, kind))
    return layers


def _suitcase(posed, hand, colour, size) -> list[Layer]:
    low = np.array([hand[0] - 0.17, hand[1] + 0.12, 0.04])
    high = low + np.array([0.36, 0.22, 0.56])
    points, faces = ellipsoid((low + high) / 2, (high - low) / 2, power=0.3)
    layers = [_layer(points, faces, colour, "suitcase")]
    middle = (low + high) / 2
    dark = (0.05, 0.05, 0.055)
    for side in (-0.08, 0.08):
        rod = [(middle[0] + side, middle[1], high[2]), (hand[0] + side * 0.8, hand[1] + 0.02, hand[2])]
        layers.append(_layer(*tube(rod, [0.009, 0.009]), dark, "suitcase rod"))
        wheel = box(
            np.array([middle[0] + side * 1.6 - 0.02, low[1] + 0.02, 0.0]),
            np.array([middle[0] + side * 1.6 + 0.02, high[1] - 0.02, 0.06]),
        )
        layers.append(_layer(*wheel, dark, "suitcase rod"))
    grip = [(hand[0] - 0.075, hand[1] + 0.02, hand[2]), (hand[0] + 0.075, hand[1] + 0.02, hand[2])]
    layers.append(_layer(*tube(grip, [0.012, 0.012]), dark, "suitcase rod"))
    return layers
