"""Renders labelled frames of the demo's places with several dressed people, and what can be pasted together again.

    PYTHONPATH=../demo python frames.py --out /tmp/frames --scenes 120 --actors 40 --seed 5101

Writes scenes/*.jpg with scenes.jsonl, backs/*.jpg (the same views without people) and cuts/*.png (people with their
z-buffer mask). The demo's own people are never used unless --people demo says so.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "demo"))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from scipy.ndimage import gaussian_filter  # noqa: E402

DEMO_SEED = 20260512
HELD_OUT_PLACE = 5  # the library entrance: its floor and wall are in no training frame
DRAWN = 1.25  # frames are drawn so much larger than they are kept


class Actor:
    """A dressed person in one pose, ready to be put anywhere: meshes joined, normals known."""

    def __init__(self, studio, person: dict, rng) -> None:
        from make_demo import embody
        from raster import vertex_normals

        layers, self.look, _ = embody(studio, person, person["outfit"], rng, 0.0, np.zeros(2))
        self.layers = layers
        starts = np.cumsum([0, *(len(layer.points) for layer in layers)])
        self.points = np.concatenate([layer.points for layer in layers])
        self.faces = np.concatenate([layer.faces + first for layer, first in zip(layers, starts)])
        self.owner = np.concatenate([np.full(len(layer.faces), i) for i, layer in enumerate(layers)])
        self.keep = np.concatenate([layer.keep for layer in layers])
        self.canonical = np.concatenate([layer.canonical for layer in layers])
        self.normals = np.concatenate([vertex_normals(layer.points, layer.faces) for layer in layers])

    def at(self, yaw: float, spot) -> tuple[np.ndarray, np.ndarray]:
        """Points and normals of the person standing at spot (x, y), turned by yaw degrees."""
        from body import rotation

        turn = rotation("z", yaw)
        return self.points @ turn.T + np.array([*spot, 0.0]), self.normals @ turn.T


class View:
    """A pinhole camera of a whole frame. angle: vertical field of view in degrees; roll in degrees."""

    def __init__(self, eye, target, angle: float, size: tuple[int, int], roll: float = 0.0) -> None:
        self.eye, self.size = np.array(eye, dtype=float), size
        forward = np.array(target, dtype=float) - self.eye
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        c, s = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
        self.axes = np.stack([c * right + s * down, c * down - s * right, forward])
        self.scale = size[1] / 2 / np.tan(np.deg2rad(angle) / 2)

    def project(self, points) -> np.ndarray:
        local = (points - self.eye) @ self.axes.T
        middle = np.array(self.size) / 2
        return np.concatenate([local[:, :2] / np.maximum(local[:, 2:], 1e-3) * self.scale + middle, local[:, 2:]], 1)

    def rays(self) -> np.ndarray:
        ys, xs = np.mgrid[0 : self.size[1], 0 : self.size[0]] + 0.5
        flat = (np.stack([xs, ys], -1) - np.array(self.size) / 2) / self.scale
        return np.concatenate([flat, np.ones_like(flat[..., :1])], -1) @ self.axes


class Shadows:
    """Shadows of everybody on the ground, and of nothing on people: at this size nobody sees the rest."""

    STEP, SIZE = 0.03, 600

    def __init__(self, light, people, centre) -> None:
        self.cover = np.zeros((self.SIZE, self.SIZE))
        self.centre = np.array(centre[:2])
        for points, keep in people:
            shown = points[keep >= 0][::3]
            # Where a ray towards the light that starts on the ground meets the body.
            on_ground = shown[:, :2] - light.direction[:2] / light.direction[2] * shown[:, 2:]
            self._mark(on_ground, 1.0)
        self.cover = np.clip(gaussian_filter(self.cover, 1.2 + light.softness / self.STEP * 0.6) * 1.3, 0, 0.9)
        contact = np.zeros_like(self.cover)
        for points, keep in people:
            cells = self._cells(points[(points[:, 2] < 0.3) & (keep >= 0)][:, :2])
            contact[cells[:, 1], cells[:, 0]] = 1.0
        contact = gaussian_filter(contact, 2.0) * 0.5 + gaussian_filter(contact, 6.0) * 0.9
        self.cover = 1 - (1 - self.cover) * (1 - np.clip(contact, 0, 0.7))

    def _cells(self, flat):
        return np.clip(((flat - self.centre) / self.STEP + self.SIZE / 2).astype(int), 0, self.SIZE - 1)

    def _mark(self, flat, value) -> None:
        cells = self._cells(flat)
        self.cover[cells[:, 1], cells[:, 0]] = value
        self.cover[[0, -1]] = self.cover[:, [0, -1]] = 0

    def on_scenery(self, points) -> np.ndarray:
        cells = self._cells(points[:, :2])
        return 1 - self.cover[cells[:, 1], cells[:, 0]]


def draw(points, normals, actor: Actor, view: View, light):
    """One person alone: corner (x, y), depth (h, w; inf where nothing is) and linear colour (h, w, 3); or nothing."""
    from camera import _lit
    from raster import interpolate, rasterise
    from surfaces import paint

    pixels = view.project(points)
    shown = pixels[actor.keep >= 0]
    if shown[:, 2].min() < 0.3:
        return None
    low = np.maximum(np.floor(shown[:, :2].min(0)).astype(int), 0)
    high = np.minimum(np.ceil(shown[:, :2].max(0)).astype(int) + 1, view.size)
    if (high - low < 4).any():
        return None
    pixels[:, :2] -= low
    depth, index, weights = rasterise(pixels, actor.faces, actor.keep, *(int(n) for n in high - low))
    values = interpolate(np.concatenate([normals, actor.canonical, points], 1), actor.faces, index, weights)
    owners = actor.owner[index[index >= 0]]
    normal = values[:, :3] / np.maximum(np.linalg.norm(values[:, :3], axis=1, keepdims=True), 1e-9)
    away = np.einsum("pk,pk->p", normal, values[:, 7:] - view.eye) > 0
    normal = np.where(away[:, None], -normal, normal)
    albedo = np.zeros((len(owners), 3))
    for number, layer in enumerate(actor.layers):
        mine = owners == number
        if mine.any():
            albedo[mine] = paint(layer.name, layer.material, values[mine, 3:7], actor.look)
    colour = np.zeros((*depth.shape, 3))
    colour[index >= 0] = _lit(albedo, normal, light, np.ones(len(owners)), np.ones(len(owners)))
    whole = np.concatenate([shown[:, :2].min(0), shown[:, :2].max(0)])
    return low, depth, colour, whole


def develop(linear_image, sensor: dict, size, rng) -> Image.Image:
    """Linear light as drawn to a picture of that size: exposure, colour cast, tone, blur and noise of a cheap camera."""
    image = linear_image * 1.25 * sensor["exposure"] * rng.uniform(0.75, 1.25) * np.array(sensor["gain"])
    image = image * rng.normal(1, 0.03, 3)
    grey = image @ np.array([0.30, 0.59, 0.11])
    image = np.clip(grey[..., None] + sensor["saturation"] * rng.uniform(0.7, 1.15) * (image - grey[..., None]), 0, None)
    image = image * (1 + image / 2.2**2) / (1 + image) * 1.35
    picture = Image.fromarray((np.clip(image, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX), dtype=np.float32)
    noise = rng.normal(0, sensor["noise"] * rng.uniform(0.5, 1.6) * 255, pixels.shape).astype(np.float32)
    return Image.fromarray(np.clip(pixels + noise + 0.5, 0, 255).astype(np.uint8))


def stage(places, rng):
    """A place that may be mixed of two: floor and wall of one, camera and walls of another."""
    import dataclasses

    base = places[int(rng.integers(len(places)))]
    if rng.random() < 0.4 or len(places) == 1:
        return base, base.name
    other = places[int(rng.integers(len(places)))]
    mixed = dataclasses.replace(base, floor=other.floor, solids=other.solids if rng.random() < 0.5 else base.solids)
    return mixed, f"{base.name} + {other.name}"


def camera_of(place, size, rng, still: bool) -> View:
    """The place's own camera, or one that hangs elsewhere, higher or lower, with another lens."""
    x, y, z = place.camera
    if still:
        return View((x, y, z), (x * 0.4, 2.0, 0.9), 46, size)
    eye = (x + rng.normal(0, 1.2), y + rng.uniform(-3.0, 2.0), float(np.clip(rng.normal(3.0, 1.2), 1.3, 6.0)))
    target = (rng.normal(0, 0.8), rng.uniform(0.5, 4.0), rng.uniform(0.5, 1.2))
    return View(eye, target, rng.uniform(34, 64), size, rng.normal(0, 1.2))


def spots(view: View, count: int, far: float, rng) -> list[np.ndarray]:
    """Where people stand: in view, half a metre apart; some walk together."""
    found: list[np.ndarray] = []
    for _ in range(200):
        if len(found) == count:
            break
        if found and rng.random() < 0.3:
            spot = found[int(rng.integers(len(found)))] + rng.normal(0, 0.55, 2)
        else:
            spot = np.array([rng.normal(0, 2.2), rng.uniform(view.eye[1] + 2.5, far)])
        if any(np.linalg.norm(spot - other) < 0.42 for other in found):
            continue
        head, feet = view.project(np.array([[*spot, 1.6], [*spot, 0.0]]))
        inside = 0 < head[0] < view.size[0] and head[1] > -0.1 * view.size[1] and 0 < feet[1] < 1.25 * view.size[1]
        if inside and view.size[1] * 0.09 < feet[1] - head[1]:
            found.append(spot)
    return found


def scene(place, view: View, cast, light, rng):
    """Linear images with and without people, and their boxes. cast: (actor, yaw, spot) each."""
    from camera import _lit, _scenery
    from raster import interpolate, rasterise, vertex_normals

    placed = [(actor, *actor.at(yaw, spot)) for actor, yaw, spot in cast]
    shadows = Shadows(light, [(points, actor.keep) for actor, points, _ in placed], (0, 2.0))
    rays = view.rays()
    image, depth = _scenery(place, light, view.eye, rays, shadows, np.array([[1e4, 1e4, 0.0]]))
    if place.solids:
        starts = np.cumsum([0, *(len(thing.points) for thing in place.solids)])
        points = np.concatenate([thing.points for thing in place.solids])
        faces = np.concatenate([thing.faces + first for thing, first in zip(place.solids, starts)])
        colours = np.concatenate([np.tile(thing.colour, (len(thing.points), 1)) for thing in place.solids])
        normals = np.concatenate([vertex_normals(thing.points, thing.faces) for thing in place.solids])
        drawn, index, weights = rasterise(view.project(points), faces, np.ones(len(points)), *view.size)
        seen = (index >= 0) & (drawn < depth)
        index = np.where(seen, index, -1)
        values = interpolate(np.concatenate([normals, colours], 1), faces, index, weights)
        ones = np.ones(len(values))
        image[seen] = _lit(values[:, 3:], values[:, :3], light, ones, ones)
        depth = np.where(seen, drawn, depth)
    empty, owner = image.copy(), np.full(depth.shape, -1)
    drawn_people = []
    for number, (actor, points, normals) in enumerate(placed):
        person = draw(points, normals, actor, view, light)
        drawn_people.append(person)
        if person is None:
            continue
        (left, top), own_depth, colour, _ = person
        window = (slice(top, top + own_depth.shape[0]), slice(left, left + own_depth.shape[1]))
        front = own_depth < depth[window]
        image[window][front] = colour[front]
        depth[window][front] = own_depth[front]
        owner[window][front] = number
    return image, empty, boxes(drawn_people, owner, view.size)


def boxes(drawn_people, owner, size) -> list[dict]:
    """Of each person that shows: the full extent, the part that shows, and its share of what was drawn."""
    found = []
    for number, person in enumerate(drawn_people):
        if person is None:
            continue
        ys, xs = np.nonzero(owner == number)
        whole = person[3]
        inside = np.clip(whole, 0, [*size, *size])
        area = (whole[2] - whole[0]) * (whole[3] - whole[1])
        alone = int(np.isfinite(person[1]).sum())
        if len(ys) < 30 or alone == 0:
            continue
        in_frame = (inside[2] - inside[0]) * (inside[3] - inside[1]) / area
        visible = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        found.append(
            {
                "full": [round(float(v) / DRAWN, 1) for v in inside],
                "visible": [round(float(v) / DRAWN, 1) for v in visible],
                "shown": round(len(ys) / alone * float(in_frame), 3),
            }
        )
    return found


def cut_out(actor: Actor, light, sensor, rng) -> Image.Image | None:
    """The person alone at about 260 pixels with their mask."""
    size = (240, 340)
    height, distance = rng.uniform(1.0, 5.0), rng.uniform(4.5, 10.0)
    view = View((0, -distance, height), (0, 0, 0.9), np.rad2deg(2 * np.arctan(1.25 / np.hypot(distance, height))), size)
    points, normals = actor.at(rng.uniform(0, 360), (0, 0))
    person = draw(points, normals, actor, view, light)
    if person is None:
        return None
    _, depth, colour, _ = person
    mask = Image.fromarray((np.isfinite(depth) * 255).astype(np.uint8))
    flesh = develop(np.where(np.isfinite(depth)[..., None], colour, 0.25), sensor, mask.size, rng)
    flesh.putalpha(mask)
    return flesh


@functools.cache
def studio_of_demo():
    from body import BodyModel
    from clothes import Wardrobe
    from headwear import Headwear

    body = BodyModel()
    return body, Wardrobe(body), Headwear(body)


def make(options) -> None:
    from make_demo import plan_people
    from people import make_person
    from scene import light_for, places

    studio = studio_of_demo()
    ours = [p for p in places() if (p.camera_id == HELD_OUT_PLACE) == (options.places == "held") or options.places == "all"]
    if options.people == "demo":
        population = plan_people(DEMO_SEED, 200)
    for folder in ("scenes", "backs", "cuts"):
        os.makedirs(os.path.join(options.out, folder), exist_ok=True)
    rng = np.random.default_rng([options.seed, 0])
    actors: list[Actor] = []
    started = time.process_time()
    with open(os.path.join(options.out, "scenes.jsonl"), "a", encoding="utf-8") as labels:
        for number in range(options.first, options.first + options.scenes):
            rng = np.random.default_rng([options.seed, 1, number])
            fresh = 2 if len(actors) < options.actors else 0
            for _ in range(fresh if actors else 6):
                if options.people == "demo":
                    planned = population[int(rng.integers(len(population)))]
                    person = {**planned, "outfit": planned["outfits"][int(rng.integers(len(planned["outfits"])))]}
                else:
                    person = make_person(rng)
                actors.append(Actor(studio, person, rng))
                if options.cuts:
                    place = ours[int(rng.integers(len(ours)))]
                    for side in range(2):
                        light = light_for(place, rng.uniform(8, 18), rng.random() < 0.5)
                        cut = cut_out(actors[-1], light, place.sensor, rng)
                        if cut:
                            cut.save(os.path.join(options.out, "cuts", f"{number:04d}_{len(actors):03d}_{side}.png"))
            place, name = stage(ours, rng)
            size = [(640, 360), (640, 480)][int(rng.random() < 0.4)]
            view = camera_of(place, tuple(int(n * DRAWN) for n in size), rng, rng.random() < 0.15)
            light = light_for(place, rng.uniform(7.5, 18.5), rng.random() < 0.4)
            count = int(rng.choice([0, 1, 2, 3, 4, 5, 6, 8], p=[0.05, 0.13, 0.2, 0.2, 0.16, 0.12, 0.08, 0.06]))
            far = max((position for axis, position, _ in place.walls if axis == "y"), default=12.0) - 0.7
            where = spots(view, min(count, len(actors)), far, rng)
            chosen = rng.permutation(len(actors))[: len(where)]
            cast = [(actors[i], rng.uniform(0, 360), spot) for i, spot in zip(chosen, where)]
            image, empty, people = scene(place, view, cast, light, rng)
            file = f"scenes/{number:04d}.jpg"
            state = rng.bit_generator.state
            develop(image, place.sensor, size, rng).save(os.path.join(options.out, file), quality=options.quality)
            if options.backs:
                rng.bit_generator.state = state
                develop(empty, place.sensor, size, rng).save(os.path.join(options.out, f"backs/{number:04d}.jpg"), quality=92)
            labels.write(json.dumps({"file": file, "width": size[0], "height": size[1], "place": name, "people": people}) + "\n")
            labels.flush()
            if number % 10 == 9:
                print(f"{number + 1} scenes, {len(actors)} actors, {time.process_time() - started:.0f} s", flush=True)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--scenes", type=int, default=120)
    parser.add_argument("--first", type=int, default=0, help="number of the first scene, to go on")
    parser.add_argument("--actors", type=int, default=40, help="dressed people made; the scenes draw from them")
    parser.add_argument("--seed", type=int, default=5101)
    parser.add_argument("--places", choices=["train", "held", "all"], default="train")
    parser.add_argument("--people", choices=["own", "demo"], default="own")
    parser.add_argument("--quality", type=int, default=90)
    parser.add_argument("--no-cuts", dest="cuts", action="store_false")
    parser.add_argument("--no-backs", dest="backs", action="store_false")
    return parser


if __name__ == "__main__":
    make(arguments().parse_args())
