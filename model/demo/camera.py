"""The camera: projection, crop, shading with shadows, and what a cheap sensor does to a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from clothes import Layer
from raster import interpolate, rasterise, vertex_normals
from scene import Light, Place
from surfaces import paint, pattern_share, strap_share

WIDTH, HEIGHT, SUPERSAMPLE = 128, 256, 2


@dataclass
class Shot:
    """A finished picture: JPEG bytes, and how many drawn pixels show each layer (also
    "pattern", "straps" and, under "whole", the pixels the person covers without occluders)."""

    jpeg: bytes
    seen: dict[str, float]


class _View:
    """A pinhole camera with the crop window laid round a person."""

    def __init__(self, place: Place, target: np.ndarray, points: np.ndarray, rng) -> None:
        self.eye = np.array(place.camera, dtype=float)
        forward = target - self.eye
        forward[0] *= 0.35
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        self._axes = np.stack([right, np.cross(forward, right), forward])
        flat = self._flat(points)
        low, high = flat[:, :2].min(0), flat[:, :2].max(0)
        size = high - low
        tall = max(size[1] * rng.uniform(1.05, 1.16), 2 * size[0] * rng.uniform(0.94, 1.04))
        middle = (low + high) / 2 + rng.normal(0, 0.018, 2) * tall
        if rng.random() < 0.06:
            # A careless detector: part of the feet or of the head falls outside.
            middle[1] += rng.choice([-0.09, 0.09]) * tall
        self._corner = middle - np.array([tall / 4, tall / 2])
        self.scale = HEIGHT * SUPERSAMPLE / tall

    def _flat(self, points):
        local = (points - self.eye) @ self._axes.T
        return np.concatenate([local[:, :2] / local[:, 2:], local[:, 2:]], axis=1)

    def project(self, points) -> np.ndarray:
        """World (N, 3) to pixels and depth (N, 3)."""
        flat = self._flat(points)
        flat[:, :2] = (flat[:, :2] - self._corner) * self.scale
        return flat

    def rays(self) -> np.ndarray:
        """World directions (H, W, 3) with unit length along the view axis."""
        ys, xs = np.mgrid[0 : HEIGHT * SUPERSAMPLE, 0 : WIDTH * SUPERSAMPLE] + 0.5
        flat = np.stack([xs, ys], -1) / self.scale + self._corner
        return np.concatenate([flat, np.ones_like(flat[..., :1])], -1) @ self._axes


class _Shadow:
    """A depth map seen from the light, for shadows on the ground, walls and the person."""

    SIZE, STEP = 400, 0.011

    def __init__(self, light: Light, points: np.ndarray, faces: np.ndarray, keep, centre) -> None:
        aside = np.cross(light.direction, [0.3, 0.9, 0.1])
        aside /= np.linalg.norm(aside)
        self._axes = np.stack([aside, np.cross(light.direction, aside), -light.direction])
        self._centre, self._light = centre, light
        place = self._place(points)
        self._depth, index, _ = rasterise(place, faces, keep, self.SIZE, self.SIZE)
        self._cover = gaussian_filter((index >= 0).astype(float), 0.8 + light.softness / self.STEP * 0.35)

    def _place(self, points):
        local = (points - self._centre) @ self._axes.T
        pixels = local[:, :2] / self.STEP + self.SIZE / 2
        return np.concatenate([pixels, local[:, 2:] + 500.0], axis=1)

    def on_scenery(self, points) -> np.ndarray:
        """Light that reaches places behind the person, 0 to 1."""
        place = self._place(points)
        cover = map_coordinates(self._cover, [place[:, 1] - 0.5, place[:, 0] - 0.5], order=1, mode="constant")
        return 1 - cover

    def on_person(self, points, normals) -> np.ndarray:
        """Light that reaches the person's own surface, 0 to 1."""
        place = self._place(points + normals * 0.012)
        total = np.zeros(len(points))
        reach = 1.0 + self._light.softness * 25
        offsets = [(0, 0), (1, 0.4), (-1, -0.4), (0.4, -1), (-0.4, 1)]
        for dx, dy in offsets:
            column = np.clip((place[:, 0] + dx * reach).astype(int), 0, self.SIZE - 1)
            row = np.clip((place[:, 1] + dy * reach).astype(int), 0, self.SIZE - 1)
            total += place[:, 2] < self._depth[row, column] + 0.015
        return 0.12 + 0.88 * total / len(offsets)


def photograph(
    layers: list[Layer], look: dict, place: Place, light: Light, spot, rng, occluders=(), bystander=((), None)
) -> Shot:
    """Take one picture. layers: the person in place coordinates, standing at spot (x, y), with
    their look; occluders: solids in front; bystander: layers and look of somebody behind."""
    person = np.concatenate([layer.points for layer in layers])
    own, layers, looks = (
        len(layers),
        [*layers, *bystander[0]],
        [look] * len(layers) + [bystander[1]] * len(bystander[0]),
    )
    target = np.array([spot[0], spot[1], 0.9])
    shown = np.concatenate([layer.points[layer.keep >= 0] for layer in layers[:own]])
    view = _View(place, target, shown, rng)
    faces, owner, first = [], [], 0
    for number, layer in enumerate(layers):
        faces.append(layer.faces + first)
        owner.append(np.full(len(layer.faces), number))
        first += len(layer.points)
    body_faces = np.concatenate(faces)
    bodies = np.concatenate([layer.points for layer in layers])
    keep = np.concatenate([layer.keep for layer in layers])
    normals = np.concatenate([vertex_normals(layer.points, layer.faces) for layer in layers])
    canonical = np.concatenate([layer.canonical for layer in layers])
    shadow = _Shadow(light, bodies, body_faces, keep, target)

    things = [*place.solids, *occluders]
    points, all_faces, all_normals = [bodies], [body_faces], [normals]
    for number, thing in enumerate(things):
        all_faces.append(thing.faces + first)
        owner.append(np.full(len(thing.faces), len(layers) + number))
        points.append(thing.points)
        all_normals.append(vertex_normals(thing.points, thing.faces))
        first += len(thing.points)
    points, all_faces = np.concatenate(points), np.concatenate(all_faces)
    owner, all_normals = np.concatenate(owner), np.concatenate(all_normals)
    canonical = np.concatenate([canonical, np.zeros((len(points) - len(bodies), 4))])
    keep = np.concatenate([keep, np.ones(len(points) - len(bodies))])

    size = (WIDTH * SUPERSAMPLE, HEIGHT * SUPERSAMPLE)
    pixels = view.project(points)
    depth, index, weights = rasterise(pixels, all_faces, keep, *size)
    rays = view.rays()
    image, far = _scenery(place, light, view.eye, rays, shadow, person)
    covered = (index >= 0) & (depth < far)
    index = np.where(covered, index, -1)
    values = interpolate(np.concatenate([all_normals, canonical, points], axis=1), all_faces, index, weights)
    owners = owner[index[covered]]
    normal = values[:, :3] / np.maximum(np.linalg.norm(values[:, :3], axis=1, keepdims=True), 1e-9)
    world = values[:, 7:]
    facing = np.einsum("pk,pk->p", normal, world - view.eye)
    normal = np.where((facing > 0)[:, None], -normal, normal)

    albedo, seen = _albedo(layers, things, owners, values[:, 3:7], looks, own)
    on_body = owners < len(layers)
    seen["shown"] = seen["whole"] = float((owners < own).sum())
    if occluders:
        _, alone, _ = rasterise(pixels, np.concatenate(faces[:own]), keep, *size)
        seen["whole"] = float((alone >= 0).sum())
    reached = np.ones(len(owners))
    reached[on_body] = shadow.on_person(world[on_body], normal[on_body])
    far_depth = np.where(covered, depth, far)
    shut = _closed_in(np.minimum(far_depth, np.median(depth[covered]) + 0.6))[covered]
    image[covered] = _lit(albedo, normal, light, reached, shut)
    return Shot(_sensor(image, place, rng), seen)


def _albedo(layers, things, owners, canonical, looks, own):
    albedo = np.zeros((len(owners), 3))
    seen: dict[str, float] = {}
    for number, layer in enumerate(layers):
        mine = owners == number
        count = int(mine.sum())
        if count == 0:
            continue
        look = looks[number]
        albedo[mine] = paint(layer.name, layer.material, canonical[mine], look)
        if number >= own:
            continue
        seen[layer.name] = seen.get(layer.name, 0.0) + count
        if layer.name in ("upper", "lower") and layer.material.get("cloth"):
            share = pattern_share(layer.material, canonical[mine]).sum()
            seen[f"pattern {layer.name}"] = seen.get(f"pattern {layer.name}", 0.0) + float(share)
        if layer.name in ("skin", "hair", "hat"):
            seen["head"] = seen.get("head", 0.0) + float((canonical[mine][:, 2] > 1.60).sum())
        if layer.name == "upper":
            seen["straps"] = seen.get("straps", 0.0) + float(strap_share(canonical[mine], look).sum())
    for number, thing in enumerate(things):
        albedo[owners == len(layers) + number] = thing.colour
    return albedo, seen


def _lit(albedo, normal, light: Light, reached, shut) -> np.ndarray:
    direct = np.clip((normal @ light.direction + 0.12) / 1.12, 0, 1) * reached
    up = 0.5 + 0.5 * normal[:, 2:]
    around = light.sky * up + light.bounce * 0.55 * (1 - up)
    return albedo * (light.sun * direct[:, None] + around * shut[:, None])


def _closed_in(depth) -> np.ndarray:
    """How open to the sky a pixel is (0.35 to 1), from how far it lies behind its surroundings."""
    shut = np.zeros_like(depth)
    for sigma, strength in ((1.7, 3.0), (4.7, 1.6)):
        shut += strength * np.clip(depth - gaussian_filter(depth, sigma * SUPERSAMPLE) - 0.004, 0, 0.12)
    return np.clip(1 - shut, 0.35, 1)


def _scenery(place: Place, light: Light, eye, rays, shadow: _Shadow, person):
    """Floor, walls and sky: linear image (H, W, 3) and depth (H, W)."""
    flat = rays.reshape(-1, 3)
    depth = np.full(len(flat), np.inf)
    image = np.zeros_like(flat)
    haze = np.clip(flat[:, 2] * 2 + 0.5, 0, 1)[:, None]
    image[:] = light.sky * (1.5 + 0.6 * haze) if not place.indoor else light.sky
    for axis, position, top in place.walls:
        column = "xy".index(axis)
        along = (position - eye[column]) / np.where(np.abs(flat[:, column]) < 1e-9, 1e-9, flat[:, column])
        height = eye[2] + along * flat[:, 2]
        hit = (along > 0) & (along < depth) & (height > 0) & (height < top)
        across = (eye[1 - column] + along * flat[:, 1 - column])[hit]
        colour = place.wall(across, height[hit])
        normal = np.zeros(3)
        normal[column] = -np.sign(position - eye[column])
        lit = light.sun * max(0.0, float(normal @ light.direction)) + light.sky * 0.6 + light.bounce * 0.3
        image[hit] = colour * lit
        depth[hit] = along[hit]
    down = np.where(flat[:, 2] < -1e-6, -eye[2] / np.minimum(flat[:, 2], -1e-6), np.inf)
    hit = down < depth
    ground = eye + down[hit, None] * flat[hit]
    colour = place.floor(ground[:, 0], ground[:, 1])
    reached = shadow.on_scenery(ground)
    direct = light.sun * max(0.0, float(light.direction[2]))
    image[hit] = colour * (direct * reached[:, None] + light.sky * _contact(ground, person)[:, None])
    depth[hit] = down[hit]
    shape = rays.shape[:2]
    return image.reshape(*shape, 3), depth.reshape(shape)


def _contact(ground, person) -> np.ndarray:
    """Darkening of the ground close to the feet, 0 to 1."""
    low = person[person[:, 2] < 0.35]
    middle = low[:, :2].mean(0)
    cells = np.clip(((low[:, :2] - middle) / 0.02 + 60).astype(int), 0, 119)
    touched = np.zeros((120, 120))
    touched[cells[:, 1], cells[:, 0]] = 1.0
    near = gaussian_filter(touched, 2.5) * 0.55 + gaussian_filter(touched, 9) * 0.6
    place = (ground[:, :2] - middle) / 0.02 + 59.5
    return 1 - np.clip(map_coordinates(near, [place[:, 1], place[:, 0]], order=1, mode="constant"), 0, 0.8)


def _sensor(image, place: Place, rng) -> bytes:
    """Linear image at drawing size to JPEG bytes at 128 x 256: blur, colour cast, noise, JPEG."""
    sensor = place.sensor
    if rng.random() < 0.2:
        # A walking person smears a little where light is short.
        image = gaussian_filter(image, (0, rng.uniform(0.4, 1.1) * SUPERSAMPLE, 0))
    image = gaussian_filter(image, (sensor["blur"] * SUPERSAMPLE, sensor["blur"] * SUPERSAMPLE, 0))
    small = image.reshape(HEIGHT, SUPERSAMPLE, WIDTH, SUPERSAMPLE, 3).mean((1, 3))
    exposure = 1.25 * sensor["exposure"] * rng.normal(1, 0.06)
    small = small * exposure * np.array(sensor["gain"]) * rng.normal(1, 0.012, 3)
    grey = small @ np.array([0.30, 0.59, 0.11])
    small = grey[..., None] + sensor["saturation"] * (small - grey[..., None])
    # A soft shoulder keeps highlights from clipping hard.
    tone = np.clip(small, 0, None)
    tone = tone * (1 + tone / 2.2**2) / (1 + tone) * 1.35
    picture = np.clip(tone, 0, 1) ** (1 / 2.2)
    picture = 0.02 + 0.96 * (0.65 * picture + 0.35 * picture * picture * (3 - 2 * picture))
    shape = (HEIGHT, WIDTH)
    strength = sensor["noise"] * rng.uniform(0.7, 1.3)
    picture = picture + strength * rng.normal(0, 1, (*shape, 1)) * (1.2 - picture)
    blotches = gaussian_filter(rng.normal(0, 1, (*shape, 3)), (1.2, 1.2, 0)) * 2.2
    picture = picture + 0.7 * strength * blotches * (1.2 - picture)
    full = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    native = rng.uniform(*sensor["native"])
    if native < 0.97:
        low = (max(32, int(WIDTH * native)), max(64, int(HEIGHT * native)))
        full = full.resize(low, Image.Resampling.BOX).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    full.save(out, "JPEG", quality=sensor["jpeg"], optimize=True)
    return out.getvalue()
