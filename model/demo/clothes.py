"""Garments draped over a posed body: offset, smoothed, creased and cut along their hems."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates

from body import BodyModel, Mesh, Posed
from raster import vertex_normals

# Heights on the canonical body (metres above the ground), see body.BodyModel.canonical.
WAIST, ANKLE = 1.07, 0.075
TOP_HEMS = {
    "tank top": 0.96, "t-shirt": 0.945, "polo shirt": 0.95, "shirt": 0.92, "sweater": 0.955,
    "hoodie": 0.945, "jacket": 0.95, "puffer jacket": 0.95, "suit jacket": 0.885, "coat": 1.0, "dress": 1.0,
    "vest": 0.955, "safety vest": 0.94,
}  # fmt: skip
# Tops that are worn inside a skirt.
TUCKED = ("tank top", "t-shirt", "polo shirt", "shirt", "sweater")


@dataclass
class Layer:
    """One surface to draw. points (N, 3) metres; faces (M, 3); keep (N,) is negative where the
    surface is cut away; canonical (N, 4) x, y, z on the canonical body and the arm measure."""

    name: str
    points: np.ndarray
    faces: np.ndarray
    keep: np.ndarray
    canonical: np.ndarray
    material: dict = field(default_factory=dict)


class Cloth:
    """A finer copy of a base-mesh part, with the matrices that subdivide and smooth it."""

    def __init__(self, body: BodyModel, part: str, rounds: int) -> None:
        mesh = body.meshes[part]
        self._mesh = mesh
        self._refine, self.faces = _subdivision(mesh, rounds)
        count = self._refine.shape[0]
        edges = np.concatenate([self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]])
        both = np.concatenate([edges, edges[:, ::-1]])
        links = sparse.csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), (count, count))
        links.data[:] = 1.0
        self._average = sparse.diags(1.0 / np.maximum(links.sum(1).A1, 1)) @ links
        measures = np.concatenate([body.canonical, body.arm[:, None]], axis=1)
        self._measures = self._refine @ measures[mesh.vertices]
        self._smoothed: dict[int, np.ndarray] = {}

    def canonical(self, smooth: int) -> np.ndarray:
        """Canonical coordinates (N, 4) that went through the same smoothing as the points, so
        that hems and stripes stay straight."""
        if smooth not in self._smoothed:
            measures = self._smooth(self._measures, smooth)
            self._smoothed[smooth] = measures + 0.5 * (self._average @ measures - measures)
        return self._smoothed[smooth]

    def _smooth(self, values: np.ndarray, rounds: int) -> np.ndarray:
        for _ in range(rounds):
            values = values + 0.55 * (self._average @ values - values)
            values = values - 0.56 * (self._average @ values - values)
        return values

    def points(self, posed: Posed, smooth: int) -> np.ndarray:
        """Fine vertices on the posed body; smooth: rounds of volume-keeping smoothing."""
        return self._smooth(self._refine @ posed.points[self._mesh.vertices], smooth)

    def drape(self, posed: Posed, offset, smooth: int, creases: np.ndarray | float = 0.0):
        """Fine vertices pushed out along the normals by offset and creases (N,) metres."""
        points = self.points(posed, smooth)
        normals = vertex_normals(points, self.faces)
        points = points + normals * np.reshape(offset + creases, (-1, 1))
        return points + 0.5 * (self._average @ points - points)


def _hang(points, canonical, blend: float, bridge: float, span=(1.46, 0.80)) -> np.ndarray:
    """Let the lower torso of a garment fall straight from what is wider above it, and bridge
    the hollows (between the buttocks or the breasts). blend: 0 tight to 1 hanging; bridge: how
    wide a hollow stiff cloth spans (bins of nine degrees); span: canonical heights it covers."""
    x, y, z, arm = canonical.T
    top, reachable = span[0], span[0] - span[1]
    torso = (arm < -0.5) & (z < top) & (z > span[1]) & (np.abs(x) < 0.3)
    rows, bins = 20, 40
    row = np.clip(((top - z[torso]) / reachable * rows).astype(int), 0, rows - 1)
    flat = points[torso, :2]
    count = np.maximum(np.bincount(row, minlength=rows), 1)
    centre = np.stack([np.bincount(row, flat[:, i], minlength=rows) / count for i in (0, 1)], 1)
    centre = gaussian_filter1d(centre, 2, axis=0, mode="nearest")
    position = np.clip((top - z[torso]) / reachable * rows - 0.5, 0, rows - 1)
    middle = np.stack([np.interp(position, np.arange(rows), centre[:, i]) for i in (0, 1)], 1)
    out = flat - middle
    radius = np.linalg.norm(out, axis=1)
    angle = (np.arctan2(out[:, 0], -out[:, 1]) / (2 * np.pi)) % 1 * bins
    reach = np.zeros((rows, bins))
    np.maximum.at(reach, (row, angle.astype(int) % bins), radius)
    for _ in range(3):
        reach = np.where(reach > 0, reach, (np.roll(reach, 1, 1) + np.roll(reach, -1, 1)) / 2)
    for line in range(1, rows):
        wide = gaussian_filter1d(reach[line], bridge, mode="wrap")
        reach[line] = np.maximum(np.maximum(reach[line], wide), reach[line - 1] - 0.003)
    reach = gaussian_filter(reach, (0.8, 1.2), mode=("nearest", "wrap"))
    wanted = map_coordinates(
        np.concatenate([reach, reach[:, :1]], 1), [position, (angle - 0.5) % bins], order=1, mode="nearest"
    )
    fall = blend * np.clip((top - 0.03 - z[torso]) / 0.10, 0, 1)
    grown = radius + np.maximum(wanted - radius, 0) * fall
    points = points.copy()
    points[torso, :2] = middle + out * (grown / np.maximum(radius, 1e-6))[:, None]
    return points


def _subdivision(mesh: Mesh, rounds: int):
    """Matrix (fine N, coarse N) and faces of a mesh after midpoint subdivision."""
    matrix = sparse.identity(len(mesh.vertices), format="csr")
    faces = mesh.faces
    for _ in range(rounds):
        count = matrix.shape[0]
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        unique, where = np.unique(edges, axis=0, return_inverse=True)
        where = where.reshape(3, -1).T + count
        halves = sparse.csr_matrix(
            (
                np.full(2 * len(unique), 0.5),
                (np.repeat(np.arange(len(unique)), 2), unique.ravel()),
            ),
            (len(unique), count),
        )
        matrix = sparse.vstack([matrix, halves @ matrix], format="csr")
        a, b, c = faces.T
        ab, bc, ca = where.T
        faces = np.concatenate([np.stack(f, 1) for f in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return matrix, faces


class Creases:
    """Folds of one garment on one picture: sums of slanted ridges, deeper at the joints."""

    def __init__(self, rng: np.random.Generator, depth: float) -> None:
        self._depth = depth
        self._waves = []
        for _ in range(6):
            direction = rng.normal(0, 1, 3) * np.array([1.0, 0.6, 1.5])
            direction /= np.linalg.norm(direction)
            self._waves.append((direction * 2 * np.pi / rng.uniform(0.06, 0.2), rng.uniform(0, 6.28)))

    def height(self, canonical: np.ndarray) -> np.ndarray:
        """Lift in metres per vertex."""
        x, y, z, arm = canonical.T
        place = np.stack([x, y, z], 1)
        total = np.zeros(len(canonical))
        for wave, phase in self._waves:
            total += 1.0 - 1.6 * np.abs(np.sin(place @ wave + phase))
        joints = (
            np.exp(-(((z - 0.53) / 0.12) ** 2)) * (arm < 0)
            + 1.4 * np.exp(-(((z - 0.14) / 0.1) ** 2))
            + np.exp(-(((z - 0.9) / 0.12) ** 2))
            + 1.2 * np.exp(-(((arm - 1.0) / 0.35) ** 2))
            + 0.8 * np.exp(-(((z - 1.12) / 0.1) ** 2)) * (arm < 0)
        )
        return self._depth * total / 6 * (0.3 + 0.9 * joints)


def _neckline(x, y, z, neck, pointed: bool) -> np.ndarray:
    """Negative inside the neck opening. neck: (radius, lowest height) on the canonical body."""
    radius, low = neck
    # The back of a collar lies higher than the front.
    low = low + np.where(y > -0.01, 0.055, 0.0)
    if pointed:
        low = low - np.where(y < -0.03, 0.09, 0.0)
        radius = np.where(y < -0.03, radius * np.clip(0.45 + (z - low) / 0.09 * 0.55, 0.05, 1), radius)
    away = np.sqrt(x**2 + (np.where(y < 0, 0.95, 1.25) * (y + 0.005)) ** 2)
    return np.maximum(away - radius, low - z)


class Wardrobe:
    """Turns an outfit (a dict of garments, see people.py) into layers on a posed body."""

    def __init__(self, body: BodyModel) -> None:
        self._body = body
        self._suit = Cloth(body, "tights", 1)
        self._skirt = Cloth(body, "skirt", 1)

    def dress(self, posed: Posed, outfit: dict, rng: np.random.Generator) -> list[Layer]:
        """All garment layers of an outfit, without hair, hats and bags."""
        layers = [self._skin(posed), self._eyes(posed)]
        layers += self._lower(posed, outfit["lower"], outfit["upper"]["kind"], rng)
        layers += self._upper(posed, outfit, rng)
        layers.append(self._shoes(posed, outfit["shoes"]))
        return layers

    def _skin(self, posed: Posed) -> Layer:
        mesh = self._body.meshes["body"]
        canonical = np.concatenate([self._body.canonical[mesh.vertices], self._body.arm[mesh.vertices, None]], axis=1)
        # The feet are always in shoes; toes would poke through.
        return Layer("skin", posed.points[mesh.vertices], mesh.faces, canonical[:, 2] - 0.06, canonical)

    def _eyes(self, posed: Posed) -> Layer:
        mesh = self._body.meshes["eyes"]
        canonical = np.concatenate(
            [self._body.canonical[mesh.vertices], np.full((len(mesh.vertices), 1), -1.0)], axis=1
        )
        return Layer("eyes", posed.points[mesh.vertices], mesh.faces, np.ones(len(canonical)), canonical)

    def _lower(self, posed: Posed, lower: dict, above: str, rng) -> list[Layer]:
        kind = lower["kind"]
        suit = self._suit
        smooth = {"leggings": 1, "skirt": 1, "long skirt": 1, "dress": 1, "shorts": 8}.get(kind, 9)
        canonical = suit.canonical(smooth)
        _, _, z, arm = canonical.T
        material = {**lower, "cloth": True}
        legs = np.where(arm > -0.5, -1.0, 1.0)
        layers = []
        if kind in ("skirt", "long skirt", "dress"):
            if lower.get("stockings"):
                keep = np.minimum(legs, np.minimum(z - 0.05, WAIST - z))
                points = suit.drape(posed, np.full(len(z), 0.003), smooth)
                stockings = {"kind": "tights", "colour": lower["stockings"], "cloth": True}
                layers.append(Layer("stockings", points, suit.faces, keep, canonical, stockings))
            if kind != "dress":
                covered = above not in TUCKED
                worn = {**lower, "flare": min(lower["flare"], 0.05)} if above == "coat" else lower
                skirt = self._skirt_layer(posed, "lower", worn, material, rng, 0.004 if covered else 0.012)
                if covered:
                    skirt.keep = np.minimum(skirt.keep, TOP_HEMS[above] + 0.06 - skirt.canonical[:, 2])
                layers.append(skirt)
            return layers
        down = np.clip((0.95 - z) / 0.87, 0, 1)
        loose = lower.get("loose", 0.3)
        hem = {"shorts": 0.56, "leggings": 0.13}.get(kind, ANKLE)
        if kind == "leggings":
            offset, depth = np.full(len(z), 0.004), 0.0
        elif kind == "shorts":
            offset = 0.012 + (0.012 + 0.03 * loose) * np.clip((0.95 - z) / 0.35, 0, 1)
            depth = 0.012
        else:
            # Calves are thinner than thighs; straight legs need more lift lower down.
            offset = 0.010 + 0.008 * loose + (0.010 + 0.034 * loose) * down**1.2
            depth = 0.012 + 0.010 * loose
        # Under the hem of an untucked top the cloth lies flat and ends, so that nothing pokes through.
        flat = np.clip((TOP_HEMS[above] + 0.01 - z) / 0.07, 0, 1)
        offset = 0.003 + (offset - 0.003) * flat
        waist = min(WAIST, TOP_HEMS[above] + 0.05)
        keep = np.minimum(legs, np.minimum(z - hem, waist - z))
        points = suit.drape(posed, offset, smooth, Creases(rng, depth).height(canonical) * flat)
        layers.append(Layer("lower", points, suit.faces, keep, canonical, material))
        return layers

    def _skirt_layer(self, posed, name, garment, material, rng, lift, opening=0.0) -> Layer:
        skirt = self._skirt
        canonical = skirt.canonical(6)
        x, y, z, _ = canonical.T
        hem = garment.get("hem", 0.5)
        flare = garment.get("flare", 0.1)
        fall = np.clip(1.1 - z, 0, 1)
        creases = Creases(rng, 0.012).height(canonical)
        folds = rng.uniform(0, 6.28)
        around = np.arctan2(x, -(y + 0.02))
        pleats = (0.008 + 0.07 * flare) * fall * np.sin(around * 9 + folds)
        points = skirt.drape(posed, lift + flare * fall + pleats, 6, creases)
        points = _hang(points, canonical, 0.9 if opening or name == "upper" else 0.6, 2.0, (1.12, 0.14))
        keep = np.minimum(z - hem, 1.105 - z)
        if opening > 0:
            keep = np.minimum(keep, np.maximum(np.abs(x) - opening, y + 0.03))
        return Layer(name, points, skirt.faces, keep, canonical, material)

    def _upper(self, posed: Posed, outfit: dict, rng) -> list[Layer]:
        upper = outfit["upper"]
        layers = []
        tucked = outfit["lower"]["kind"] in ("skirt", "long skirt")
        if outfit.get("inner"):
            layers += self._top(posed, "inner", outfit["inner"], rng, 0.004, tucked)
        layers += self._top(posed, "upper", upper, rng, 0.0, tucked and upper["kind"] in TUCKED)
        return layers

    def _top(self, posed: Posed, name: str, top: dict, rng, inset: float, tucked: bool):
        suit, kind = self._suit, top["kind"]
        loose = top.get("loose", 0.3)
        base, smooth, depth, sleeve, neck = {
            "tank top": (0.005, 3, 0.006, 0.02, (0.115, 1.42)),
            "t-shirt": (0.012, 5, 0.010, 0.62, (0.086, 1.475)),
            "polo shirt": (0.012, 5, 0.008, 0.58, (0.074, 1.53)),
            "shirt": (0.012, 6, 0.013, 1.97, (0.070, 1.56)),
            "sweater": (0.018, 9, 0.012, 1.97, (0.080, 1.50)),
            "hoodie": (0.022, 9, 0.014, 1.97, (0.082, 1.51)),
            "jacket": (0.028, 10, 0.014, 1.97, (0.070, 1.59)),
            "puffer jacket": (0.050, 12, 0.006, 1.97, (0.070, 1.605)),
            "suit jacket": (0.024, 10, 0.007, 1.97, (0.072, 1.56)),
            "coat": (0.032, 11, 0.010, 1.97, (0.070, 1.59)),
            "vest": (0.034, 10, 0.010, 0.06, (0.075, 1.57)),
            "safety vest": (0.030, 10, 0.008, 0.06, (0.090, 1.48)),
            "dress": (0.006, 4, 0.006, top.get("sleeve", 0.5), (0.105, 1.43)),
        }[kind]
        base -= inset
        canonical = suit.canonical(smooth)
        x, y, z, arm = canonical.T
        hem = max(TOP_HEMS[kind], 0.94) if name == "inner" else TOP_HEMS[kind]
        if tucked:
            hem = 1.075
        hang = np.clip((1.32 - z) / 0.35, 0, 1) * (arm < 0) * (not tucked)
        offset = base + loose * (0.022 * hang + 0.008) + 0.006 * np.clip((1.05 - z) / 0.05, 0, 1)
        # Sleeves are narrower than the body of the garment; short ones stand off.
        offset = np.where(arm > 0, base * 0.75 + loose * 0.012 + (0.012 if sleeve < 1 else 0.0), offset)
        material = {**top, "cloth": True}
        if kind == "puffer jacket":
            offset = offset + 0.011 * np.abs(np.sin(np.where(arm > 0, arm * 8.0, z * 2 * np.pi / 0.15)))
        keep = np.minimum(z - hem, sleeve - arm)
        keep = np.where(arm > -0.5, sleeve - arm, keep)
        keep = np.minimum(keep, _neckline(x, y, z, neck, top.get("neck") == "v"))
        if kind == "tank top":
            keep = np.minimum(keep, np.where(z > 1.36, 0.135 - np.abs(x), 1.0))
        opening = top.get("open", 0.0)
        if opening > 0:
            width = (
                opening * (0.55 + 1.1 * np.abs(z - 1.25) / 0.3)
                if kind != "suit jacket"
                else (0.012 + 0.20 * np.clip(z - 1.16, 0, 1) + 0.25 * np.clip(1.02 - z, 0, 1))
            )
            keep = np.minimum(keep, np.maximum(np.abs(x) - width, y + 0.03))
        points = suit.drape(posed, offset, smooth, Creases(rng, depth).height(canonical))
        hanging = (
            0.15 if tucked else {"tank top": 0.4, "dress": 0.2, "t-shirt": 0.85, "polo shirt": 0.85}.get(kind, 1.0)
        )
        bridge = 1.6 if base < 0.015 else 3.0
        points = _hang(points, canonical, hanging, bridge)
        layers = [Layer(name, points, suit.faces, keep, canonical, material)]
        if kind in ("dress", "coat"):
            lift = 0.008 if kind == "dress" else 0.036
            layers.append(self._skirt_layer(posed, name, top, material, rng, lift, opening * 1.2))
        return layers

    def _shoes(self, posed: Posed, shoes: dict) -> Layer:
        suit = self._suit
        canonical = suit.canonical(3)
        _, _, z, arm = canonical.T
        top = 0.30 if shoes["kind"] == "boots" else 0.085
        sole = np.clip((0.03 - z) / 0.02, 0, 1)
        offset = 0.009 + 0.008 * sole + (0.004 if shoes["kind"] == "boots" else 0.0)
        keep = np.where(arm > -0.5, -1.0, top - z)
        points = suit.drape(posed, offset, 3)
        return Layer("shoes", points, suit.faces, keep, canonical, {**shoes, "cloth": True})
