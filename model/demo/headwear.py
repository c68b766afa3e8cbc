"""Hair, hats, scarves, glasses and hoods: shells of the head and simple solids moved with it."""

from __future__ import annotations

import numpy as np

from body import BodyModel, Mesh, Posed, rotation
from clothes import Cloth, Layer
from raster import vertex_normals
from solids import disc, ellipsoid, ring, tube

# Height of the hairline (canonical metres) along the head, from the forehead to the nape.
HAIRLINE_Y = [-0.20, -0.135, -0.105, -0.090, -0.080, -0.070, -0.030, -0.018, 0.0, 0.07]
HAIRLINE_Z = [1.795, 1.790, 1.770, 1.730, 1.705, 1.745, 1.745, 1.700, 1.660, 1.640]
COVERED_Z = [1.795, 1.785, 1.760, 1.720, 1.670, 1.650, 1.650, 1.645, 1.640, 1.630]


class Headwear:
    """Builds the layers above the neck for one person on one picture."""

    def __init__(self, body: BodyModel) -> None:
        mesh = body.meshes["body"]
        heights = body.canonical[mesh.vertices, 2]
        arm = body.arm[mesh.vertices]
        head = (heights > 1.56) & (arm < 0) & (np.abs(body.canonical[mesh.vertices, 0]) < 0.12)
        faces = mesh.faces[head[mesh.faces].all(1)]
        used = np.unique(faces)
        renumber = np.full(len(mesh.vertices), -1)
        renumber[used] = np.arange(len(used))
        self._scalp = Mesh(mesh.vertices[used], renumber[faces])
        self._canonical = np.concatenate([body.canonical[self._scalp.vertices], np.full((len(used), 1), -1.0)], axis=1)
        self._long = Cloth(body, "hair", 2)

    def build(self, posed: Posed, rest: np.ndarray, look: dict, rng: np.random.Generator) -> list[Layer]:
        """Layers for look: hair, hair_colour, hat, hat_colour, scarf, glasses (see people.py)."""
        frame = _HeadFrame(rest[self._scalp.vertices], self._canonical)
        hair, hat = look["hair"], look["hat"]
        layers: list[Layer] = []
        colour = {"kind": "hair", "colour": look["hair_colour"], "seed": look["seed"]}
        if hat == "headscarf":
            layers += self._headscarf(posed, look)
            layers.append(_collar_ring(posed, look["hat_colour"], hood=False, name="hat"))
        elif hair != "bald":
            layers += self._hair(posed, frame, hair, hat, colour, look)
        if hat in ("cap", "beanie", "sun hat"):
            layers += self._hat(posed, frame, hat, look)
        if look.get("hood"):
            layers.append(_collar_ring(posed, look["hood"], hood=True, name="upper"))
        if look.get("scarf"):
            layers.append(_collar_ring(posed, look["scarf"], hood=False, name="scarf"))
        if look.get("glasses"):
            layers.append(_glasses(posed, frame))
        return layers

    def _shell(self, posed: Posed, lift, smooth: int = 0) -> np.ndarray:
        points = posed.points[self._scalp.vertices]
        normals = vertex_normals(points, self._scalp.faces)
        for _ in range(smooth):
            total = np.zeros_like(normals)
            for a, b in ((0, 1), (1, 2), (2, 0)):
                np.add.at(total, self._scalp.faces[:, a], normals[self._scalp.faces[:, b]])
            normals = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)
        return points + normals * np.asarray(lift).reshape(-1, 1)

    def _hair(self, posed, frame, hair, hat, colour, look) -> list[Layer]:
        x, y, z, _ = self._canonical.T
        covered = hair in ("long", "bob", "medium")
        line = np.interp(y, HAIRLINE_Y, COVERED_Z if covered else HAIRLINE_Z)
        line = line + look.get("receding", 0.0) * np.clip((-y - 0.03) / 0.1, 0, 1)
        bumpy = np.sin(x * 190 + look["seed"]) * np.sin(y * 170) * np.sin(z * 160)
        thick = {"cropped": 0.004, "short": 0.013, "afro": 0.055, "curly": 0.035}.get(hair, 0.014)
        rough = {"afro": 0.006, "curly": 0.010, "short": 0.003}.get(hair, 0.001)
        if hat in ("cap", "beanie", "sun hat"):
            thick, rough = min(thick, 0.012), 0.001
        top = np.clip((z - 1.70) / 0.1, 0.35, 1.0)
        points = self._shell(posed, (thick * top + rough * bumpy), smooth=4 if thick > 0.02 else 1)
        layers = [Layer("hair", points, self._scalp.faces, z - line, self._canonical, colour)]
        if hair in ("long", "bob", "medium"):
            layers += self._curtain(posed, {"long": 1.36, "medium": 1.50, "bob": 1.60}[hair], colour, look)
        if hair == "ponytail":
            path = frame.at([(0, 0.04, 1.78), (0, 0.10, 1.765), (0, 0.125, 1.70), (0, 0.11, 1.60), (0, 0.095, 1.52)])
            points, faces = tube(path, [0.022, 0.03, 0.036, 0.03, 0.008])
            layers.append(_solid("hair", posed.attach("head", points), faces, colour))
        if hair == "bun" and hat == "none":
            points, faces = ellipsoid(frame.at([(0, 0.045, 1.825)])[0], np.array([0.045, 0.045, 0.042]))
            layers.append(_solid("hair", posed.attach("head", points), faces, colour))
        return layers

    def _curtain(self, posed, length, colour, look) -> list[Layer]:
        canonical = self._long.canonical(2)
        x, y, z, _ = canonical.T
        ends = length + 0.012 * np.sin(x * 90 + look["seed"])
        face = (np.abs(x) < 0.082 - 0.2 * np.clip(1.70 - z, 0, 0.1)) & (y < -0.075)
        keep = np.where(face, -1.0, z - ends)
        # In front of the shoulders only long hair hangs down.
        keep = np.where(
            (y < -0.06) & (z < 1.62), np.minimum(keep, z - max(length, 1.47) - 0.25 * (np.abs(x) - 0.1)), keep
        )
        points = self._long.points(posed, 2)
        centre = posed.bones["head"][2]
        layers = []
        # The strands of the base mesh leave gaps: turned and shrunken copies close them.
        for turn, scale in ((0, 1.0), (7, 0.985), (-7, 0.97), (3, 0.95)):
            spin = rotation("z", turn)
            moved = (points - centre) @ spin.T * np.array([scale, scale, 1.0]) + centre
            layers.append(Layer("hair", moved, self._long.faces, keep, canonical, colour))
        return layers

    def _headscarf(self, posed, look) -> list[Layer]:
        x, y, z, _ = self._canonical.T
        oval = np.sqrt((x / 0.068) ** 2 + ((z - 1.705) / 0.092) ** 2) - 1.0
        keep = np.where(y < -0.06, oval, 1.0)
        lift = 0.016 + 0.018 * np.clip((1.66 - z) / 0.08, 0, 1)
        points = self._shell(posed, lift, smooth=3)
        material = {"kind": "scarf", "colour": look["hat_colour"], "cloth": True, "pattern": "plain"}
        return [Layer("hat", points, self._scalp.faces, keep, self._canonical, material)]

    def _hat(self, posed, frame, hat, look) -> list[Layer]:
        x, y, z, _ = self._canonical.T
        material = {"kind": hat, "colour": look["hat_colour"], "cloth": True, "pattern": "plain"}
        line = {"cap": 1.772 - 0.12 * (y + 0.05), "beanie": 1.752 - 0.25 * (y + 0.05), "sun hat": 1.765 + 0 * y}[hat]
        lift = {"cap": 0.021, "beanie": 0.022, "sun hat": 0.024}[hat] + 0.008 * np.clip((z - 1.80) / 0.03, 0, 1)
        points = self._shell(posed, lift, smooth=4)
        layers = [Layer("hat", points, self._scalp.faces, z - line, self._canonical, material)]
        if hat == "cap":
            brim, faces = disc(frame.at([(0, -0.125, 1.787)])[0], 0.082, 0.105, front_only=True)
            layers.append(_solid("hat", posed.attach("head", brim), faces, material))
        if hat == "sun hat":
            brim, faces = disc(frame.at([(0, -0.05, 1.775)])[0], 0.185, 0.20, front_only=False)
            layers.append(_solid("hat", posed.attach("head", brim), faces, material))
        if hat == "beanie" and look["seed"] % 3 == 0:
            ball, faces = ellipsoid(frame.at([(0, -0.05, 1.895)])[0], np.array([0.035, 0.035, 0.033]))
            layers.append(_solid("hat", posed.attach("head", ball), faces, material))
        return layers


class _HeadFrame:
    """Maps canonical head places onto a person's own head in the rest pose."""

    def __init__(self, rest: np.ndarray, canonical: np.ndarray) -> None:
        upper = canonical[:, 2] > 1.66
        mine, model = rest[upper], canonical[upper, :3]
        self._from, self._to = model.mean(0), mine.mean(0)
        self._scale = (mine.max(0) - mine.min(0)) / (model.max(0) - model.min(0))

    def at(self, places) -> np.ndarray:
        return (np.asarray(places, dtype=float) - self._from) * self._scale + self._to


def _solid(name: str, points, faces, material) -> Layer:
    canonical = np.concatenate([np.zeros((len(points), 3)), np.full((len(points), 1), -1.0)], axis=1)
    canonical[:, :3] = points - points.mean(0)
    return Layer(name, points, faces, np.ones(len(points)), canonical, material)


def _collar_ring(posed, colour, hood: bool, name: str) -> Layer:
    neck = posed.bones["neck01"][1]
    size = posed.height / 1.78
    if hood:
        points, faces = ring(
            neck + np.array([0, 0.012, 0.005]) * size, 0.10 * size, 0.046 * size, tilt=-24, drop=0.045 * size
        )
        bone = "spine01"
    else:
        points, faces = ring(neck + np.array([0, -0.02, 0.028]) * size, 0.075 * size, 0.036 * size, tilt=12, drop=0.0)
        bone = "neck01"
    material = {"kind": "scarf", "colour": colour, "cloth": True, "pattern": "plain"}
    return _solid(name, posed.attach(bone, points), faces, material)


def _glasses(posed, frame) -> Layer:
    parts, faces, count = [], [], 0
    for side in (-1, 1):
        path = frame.at(
            [
                (side * (0.033 + 0.024 * np.cos(a)), -0.150 + 0.01 * abs(np.cos(a)), 1.722 + 0.017 * np.sin(a))
                for a in np.linspace(0, 6.28, 9)
            ]
        )
        points, triangles = tube(path, [0.0035] * 9)
        parts.append(points), faces.append(triangles + count)
        count += len(points)
        path = frame.at([(side * 0.060, -0.145, 1.727), (side * 0.082, -0.06, 1.727)])
        points, triangles = tube(path, [0.003, 0.003])
        parts.append(points), faces.append(triangles + count)
        count += len(points)
    material = {"kind": "glasses", "colour": (0.03, 0.03, 0.035)}
    return _solid("glasses", posed.attach("head", np.concatenate(parts)), np.concatenate(faces), material)
