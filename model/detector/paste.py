"""Training pictures that are pasted together: people on places, with what cameras do to pictures.

People are cut-outs of frames.py and, where they are given, real pedestrian crops; places are frames.py's empty views,
textures and patches of the crops themselves. Things that are pasted the same way and are no people keep the network
from learning the seams.
"""

from __future__ import annotations

import glob
import io
import json
import os

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

# The 15 points of the joints file: head top; neck, shoulder, elbow, wrist, hip, knee, ankle right; the same left, backwards.
LIMBS = [(1, 2), (2, 3), (3, 4), (14, 13), (13, 12), (12, 11), (5, 6), (6, 7), (10, 9), (9, 8)]


class Person:
    """One picture of a person with a mask, and where in it the person is: box in pixels."""

    def __init__(self, picture: Image.Image, box) -> None:
        self.picture, self.box = picture, box


def cut_outs(folder: str, limit: int = 100000) -> list[Person]:
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "cuts", "*.png")))[:limit]:
        picture = Image.open(path).convert("RGBA")
        picture.load()
        found.append(Person(picture, picture.getbbox()))
    return found


def by_joints(folder: str, joints: str, limit: int, rng) -> list[tuple[Image.Image, np.ndarray]]:
    """Real crops with their 15 joints (x, y); training identities only."""
    lines = open(joints, encoding="utf-8").read().splitlines()
    found = []
    for at in rng.permutation(len(lines))[:limit]:
        name, *numbers = lines[at].split()
        path = os.path.join(folder, name)
        if os.path.exists(path) and len(numbers) == 30:
            picture = Image.open(path).convert("RGB")
            picture.load()
            found.append((picture, np.array(numbers, dtype=float).reshape(15, 2)))
    return found


def joint_box(points: np.ndarray, size) -> tuple[float, float, float, float]:
    (left, top), (right, bottom) = points.min(0), points.max(0)
    wide = 5 + 0.03 * (bottom - top)
    return max(left - wide, 0), max(top - 2, 0), min(right + wide, size[0]), min(bottom + 7, size[1])


def along_joints(picture: Image.Image, points: np.ndarray, rng) -> Person:
    """A soft mask of limbs, trunk and head."""
    tall = points[:, 1].max() - points[:, 1].min()
    thick = tall * rng.uniform(0.10, 0.15)
    mask = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(mask)
    flat = [tuple(p) for p in points]
    pen.polygon([flat[i] for i in (1, 2, 5, 10, 13, 14)], fill=255)
    for a, b in [*LIMBS, (2, 5), (13, 10), (2, 13), (5, 10)]:
        pen.line([flat[a], flat[b]], fill=255, width=int(thick * (1.25 if a in (5, 6, 9, 10) else 1.0)))
    for x, y in [*flat[1:]]:
        pen.ellipse([x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2], fill=255)
    neck = (points[1] + points[14]) / 2
    x, y = (points[0] + neck) / 2
    reach = max(np.linalg.norm(points[0] - neck) * 0.62, 0.07 * tall)
    pen.ellipse([x - reach * 0.85, y - reach, x + reach * 0.85, y + reach], fill=255)
    for ankle in (points[7], points[8]):
        pen.ellipse([ankle[0] - 6, ankle[1] - 3, ankle[0] + 6, ankle[1] + 7], fill=255)
    whole = picture.copy()
    whole.putalpha(mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 2.0))))
    return Person(whole, joint_box(points, picture.size))


def feathered(picture: Image.Image, rng, inset: float = 0.03) -> Person:
    """A crop with soft edges all round, or an oval of it."""
    wide, tall = picture.size
    mask = Image.new("L", picture.size, 0)
    x, y = wide * rng.uniform(0.02, 0.12), tall * rng.uniform(0.01, 0.03)
    shape = ImageDraw.Draw(mask)
    if rng.random() < 0.5:
        shape.rounded_rectangle([x, y, wide - x, tall - y], radius=wide * 0.3, fill=255)
    else:
        shape.rectangle([x, y, wide - x, tall - y], fill=255)
    whole = picture.convert("RGB")
    whole.putalpha(mask.filter(ImageFilter.GaussianBlur(wide * rng.uniform(0.01, 0.06))))
    return Person(whole, (wide * 0.06, tall * inset, wide * 0.94, tall * (1 - inset)))


class Paster:
    """Endless training pictures. All sources are held in memory, small."""

    def __init__(self, options, rng) -> None:
        self.rng = rng
        self.scenes: list[tuple[Image.Image, list]] = []
        self.backs: list[Image.Image] = []
        self.cuts: list[Person] = []
        for folder in options.frames:
            self.cuts += cut_outs(folder)
            for line in open(os.path.join(folder, "scenes.jsonl"), encoding="utf-8"):
                frame = json.loads(line)
                picture = Image.open(os.path.join(folder, frame["file"])).convert("RGB")
                self.scenes.append((picture, [(p["full"], p["shown"]) for p in frame["people"]]))
                back = os.path.join(folder, frame["file"].replace("scenes", "backs"))
                if os.path.exists(back):
                    self.backs.append(Image.open(back).convert("RGB"))
        self.real = by_joints(options.market, options.joints, options.crops, rng) if options.market else []
        others = []
        for pattern in options.others:
            paths = sorted(glob.glob(pattern))
            others += [paths[i] for i in rng.permutation(len(paths))[: options.crops // 2]]
        self.others = [Image.open(path).convert("RGB") for path in others]
        for picture in (*self.backs, *self.others, *(scene for scene, _ in self.scenes)):
            picture.load()

    def __call__(self, width: int, height: int):
        """A picture (H, W, 3) uint8 and its people as (box, share that shows)."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.22 and self.scenes:
            canvas, people = self._scene(width, height)
        elif kind < 0.36 and (self.real or self.others):
            canvas, people = self._crop(width, height)
        else:
            canvas, people = self._back(width, height), []
        if kind >= 0.36 or rng.random() < 0.25:
            self._paste_some(canvas, people)
        if rng.random() < 0.5:
            canvas = canvas.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            people = [((width - r, t, width - l, b), shown) for (l, t, r, b), shown in people]
        return self._camera(canvas), people

    def _scene(self, width, height):
        """A rendered frame, a window of it stretched a little."""
        rng = self.rng
        picture, people = self.scenes[int(rng.integers(len(self.scenes)))]
        scale = max(width / picture.width, height / picture.height) * np.exp(rng.uniform(-0.25, 0.9))
        stretch = np.exp(rng.normal(0, 0.08))
        wide, tall = width / scale / stretch, height / scale * stretch
        left, top = rng.uniform(min(0, picture.width - wide), max(0, picture.width - wide)), rng.uniform(
            min(0, picture.height - tall), max(0, picture.height - tall)
        )
        canvas = picture.transform(
            (width, height), Image.Transform.EXTENT, (left, top, left + wide, top + tall), Image.Resampling.BICUBIC,
            fillcolor=(114, 114, 114),
        )  # fmt: skip
        moved = []
        for box, shown in people:
            placed = [(box[i] - (left, top)[i % 2]) * (width / wide, height / tall)[i % 2] for i in range(4)]
            moved += clipped(placed, shown, width, height)
        return canvas, moved

    def _crop(self, width, height):
        """A pedestrian crop that fills the height, as people send them: the rest is grey, or what is beside it."""
        rng = self.rng
        if self.real and (rng.random() < 0.5 or not self.others):
            picture, points = self.real[int(rng.integers(len(self.real)))]
            box = joint_box(points, picture.size)
        else:
            picture = self.others[int(rng.integers(len(self.others)))]
            wide, tall = picture.size
            box = (wide * 0.07, tall * 0.03, wide * 0.93, tall * 0.97)
        scale = min(height / picture.height, width / picture.width) * rng.uniform(0.7, 1.0)
        size = (max(int(picture.width * scale), 8), max(int(picture.height * scale), 16))
        canvas = Image.new("RGB", (width, height), (114, 114, 114)) if rng.random() < 0.8 else self._back(width, height)
        corner = (0, 0) if rng.random() < 0.6 else (int(rng.integers(width - size[0] + 1)), int(rng.integers(height - size[1] + 1)))
        canvas.paste(picture.resize(size, Image.Resampling.BILINEAR), corner)
        return canvas, [([corner[i % 2] + v * scale for i, v in enumerate(box)], 1.0)]

    def _back(self, width, height) -> Image.Image:
        rng = self.rng
        kind = rng.random()
        if kind < 0.62 and self.backs:
            picture = self.backs[int(rng.integers(len(self.backs)))]
            share = rng.uniform(0.4, 1.0)
            wide, tall = picture.width * share, picture.height * min(1.0, share * rng.uniform(0.8, 1.25))
            left, top = rng.uniform(0, picture.width - wide), rng.uniform(0, picture.height - tall)
            picture = picture.resize((width, height), Image.Resampling.BILINEAR, (left, top, left + wide, top + tall))
            return picture if rng.random() < 0.75 else Image.merge("RGB", [picture.split()[i] for i in rng.permutation(3)])
        if kind < 0.82 and self.real:
            return self._quilt(width, height)
        return self._drawn(width, height)

    def _quilt(self, width, height) -> Image.Image:
        """Corners of real crops, enlarged: colours and textures of real streets."""
        rng = self.rng
        canvas = Image.new("RGB", (width, height))
        step = int(rng.integers(60, 200))
        for x in range(0, width, step):
            for y in range(0, height, step):
                picture, points = self.real[int(rng.integers(len(self.real)))]
                left = points[:, 0].min()
                corner = (0, 0, max(int(left), 6), 60) if left > picture.width - points[:, 0].max() else (
                    min(int(points[:, 0].max()) + 2, picture.width - 6), 0, picture.width, 60)  # fmt: skip
                canvas.paste(picture.resize((step, step), Image.Resampling.BICUBIC, corner), (x, y))
        return canvas.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3))) if rng.random() < 0.6 else canvas

    def _drawn(self, width, height) -> Image.Image:
        """A floor, a wall, and boxes, posts and lines in any colour."""
        rng = self.rng
        coarse = rng.uniform(30, 225, 3) + rng.normal(0, rng.uniform(4, 40), (int(rng.integers(2, 12)), int(rng.integers(2, 16)), 3))
        canvas = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
        pen = ImageDraw.Draw(canvas)
        if rng.random() < 0.7:
            pen.rectangle([0, int(height * rng.uniform(0.3, 0.7)), width, height], fill=self._colour())
        for _ in range(int(rng.integers(0, 14))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            wide, tall = np.exp(rng.uniform(0.5, 4.6, 2))
            shape = [x, y, x + wide, y + tall]
            (pen.rectangle if rng.random() < 0.7 else pen.ellipse)(shape, fill=self._colour())
        for _ in range(int(rng.integers(0, 6))):
            ends = [tuple(rng.uniform(0, 1, 2) * (width, height)) for _ in range(2)]
            pen.line(ends, fill=self._colour(), width=int(rng.integers(1, 7)))
        return canvas

    def _colour(self):
        return tuple(int(c) for c in self.rng.uniform(10, 245) + self.rng.normal(0, 35, 3))

    def _person(self) -> Person:
        rng = self.rng
        kind = rng.random()
        if kind < 0.45 and self.cuts:
            return self.cuts[int(rng.integers(len(self.cuts)))]
        if kind < 0.85 and self.real:
            return along_joints(*self.real[int(rng.integers(len(self.real)))], rng)
        if self.others:
            return feathered(self.others[int(rng.integers(len(self.others)))], rng)
        return self.cuts[int(rng.integers(len(self.cuts)))]

    def _paste_some(self, canvas: Image.Image, people: list) -> None:
        rng = self.rng
        width, height = canvas.size
        count = int(rng.choice([0, 1, 2, 3, 4, 6, 8], p=[0.08, 0.2, 0.24, 0.2, 0.14, 0.09, 0.05]))
        main = np.exp(rng.uniform(np.log(34), np.log(0.9 * height)))
        tall = np.sort(np.clip(main * np.exp(rng.normal(0, 0.35, count)), 22, 1.15 * height))
        centres: list[tuple[float, float]] = []
        for size in tall:
            if rng.random() < 0.25:
                self._distract(canvas, size)
            person = self._person()
            ratio = size / max(person.box[3] - person.box[1], 1.0)
            thin = ratio * np.exp(rng.normal(0, 0.07))
            x, y = rng.uniform(-0.02, 1.02) * width, rng.uniform(0.25, 1.0) * height
            if centres and rng.random() < 0.35:
                x, y = centres[-1][0] + rng.normal(0, 0.28) * size, centres[-1][1] + rng.normal(0.04, 0.06) * size
            y = min(y + size * 0.4, height + size * 0.25)
            centres.append((x, y - size / 2))
            self._one(canvas, people, person, thin, ratio, x, y)
        if rng.random() < 0.15:
            self._distract(canvas, rng.uniform(0.1, 0.6) * height, people)

    def _one(self, canvas, people, person: Person, across: float, along: float, x: float, y: float) -> None:
        """Pastes a person whose feet are at (x, y); those behind lose what is covered."""
        rng = self.rng
        picture = person.picture
        size = (max(int(picture.width * across), 4), max(int(picture.height * along), 8))
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        if rng.random() < 0.5:
            gain, lift = rng.uniform(0.6, 1.35), rng.uniform(-20, 20)
            tint = rng.normal(1, 0.06, 3)
            bands = list(picture.split())
            for i in range(3):
                bands[i] = bands[i].point(lambda v, g=gain * tint[i]: int(min(max(v * g + lift, 0), 255)))
            picture = Image.merge("RGBA", bands)
        l, t, r, b = person.box
        left = int(x - (l + r) / 2 * across)
        top = int(y - b * along)
        canvas.paste(picture, (left, top), picture)
        placed = [left + l * across, top + t * along, left + r * across, top + b * along]
        shrink(people, placed)
        people += clipped(placed, 1.0, *canvas.size)

    def _distract(self, canvas, size: float, people=()) -> None:
        """Something that is no person, pasted as people are: a patch of elsewhere, a post, a panel."""
        rng = self.rng
        wide, tall = max(int(size * rng.uniform(0.15, 0.8)), 4), max(int(size * rng.uniform(0.4, 1.1)), 6)
        if rng.random() < 0.5:
            patch = self._drawn(wide, tall)
        elif self.real and rng.random() < 0.5:
            patch = self._quilt(wide, tall)
        else:
            patch = self._back(wide, tall)
        left, top = int(rng.uniform(-0.1, 1) * canvas.width), int(rng.uniform(0, 1) * canvas.height)
        thing = feathered(patch, rng).picture
        canvas.paste(thing, (left, top), thing)
        shrink(people, (left, top, left + wide, top + tall))

    def _camera(self, canvas: Image.Image) -> np.ndarray:
        """Light, blur, noise and JPEG."""
        rng = self.rng
        if rng.random() < 0.4:
            canvas = canvas.filter(ImageFilter.GaussianBlur(abs(rng.normal(0, 0.8))))
        if rng.random() < 0.2:
            small = rng.uniform(0.4, 0.9)
            size = canvas.size
            canvas = canvas.resize((int(size[0] * small), int(size[1] * small)), Image.Resampling.BOX).resize(size, Image.Resampling.BILINEAR)
        pixels = np.asarray(canvas, dtype=np.float32)
        gain = rng.uniform(0.65, 1.35) * rng.normal(1, 0.05, 3).astype(np.float32)
        pixels = (pixels - 128) * np.float32(rng.uniform(0.75, 1.2)) + 128
        pixels = pixels * gain.astype(np.float32)
        if rng.random() < 0.12:
            pixels = np.repeat(pixels.mean(2, keepdims=True), 3, 2)
        if rng.random() < 0.5:
            pixels = pixels + rng.standard_normal(pixels.shape, dtype=np.float32) * np.float32(abs(rng.normal(0, 7)))
        pixels = np.clip(pixels, 0, 255).astype(np.uint8)
        if rng.random() < 0.4:
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(25, 90)))
            pixels = np.asarray(Image.open(file))
        return pixels


def clipped(box, shown: float, width: int, height: int):
    """The part of a box in the picture, with what of the person it shows; empty where it is outside."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if right - left < 3 or bottom - top < 6:
        return []
    share = (right - left) * (bottom - top) / max((box[2] - box[0]) * (box[3] - box[1]), 1e-6)
    return [((left, top, right, bottom), shown * share)]


def shrink(people, cover) -> None:
    """People under a box that was pasted over them show less; two thirds of a box is person."""
    for at, (box, shown) in enumerate(people):
        wide = min(box[2], cover[2]) - max(box[0], cover[0])
        tall = min(box[3], cover[3]) - max(box[1], cover[1])
        if wide > 0 and tall > 0:
            hidden = wide * tall / max((box[2] - box[0]) * (box[3] - box[1]), 1e-6)
            people[at] = (box, shown * (1 - 0.9 * hidden))
