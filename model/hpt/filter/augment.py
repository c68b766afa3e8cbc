"""What other cameras do to a picture: crop error, low resolution, blur, compression, colour cast, darkness, grey, occlusion.

`view` works on one decoded picture (uint8 [h, w, 3]) and returns the network's input size. The level "semantic" keeps
colours truthful, because captions name them; "identity" may turn them.
"""

import io
import random

import numpy as np
from PIL import Image, ImageFilter


def _crop_box(rng: random.Random, width: int, height: int, amount: float) -> tuple[float, float, float, float]:
    """A box inside the picture whose four sides are cut by up to `amount` of its size, as a loose detector would."""
    left, right = rng.uniform(0, amount) * width, width - rng.uniform(0, amount) * width
    top, bottom = rng.uniform(0, amount) * height, height - rng.uniform(0, amount) * height
    if rng.random() < 0.12:  # legs hidden or out of the frame
        bottom = height * rng.uniform(0.6, 0.9)
    return left, top, right, bottom


def _pad(rng: random.Random, image: Image.Image, amount: float) -> Image.Image:
    """A border of edge pixels: a box drawn too large."""
    pixels = np.asarray(image)
    h, w = int(image.height * amount), int(image.width * amount)
    sides = ((rng.randint(0, h), rng.randint(0, h)), (rng.randint(0, w), rng.randint(0, w)), (0, 0))
    return Image.fromarray(np.pad(pixels, sides, mode="edge"))


def _colours(rng: random.Random, x: np.ndarray, level: str) -> np.ndarray:
    """Exposure, contrast, colour cast, saturation, grey; float32 in 0..255."""
    strong = level == "identity"
    gain = rng.uniform(0.6, 1.4) if strong else rng.uniform(0.75, 1.3)
    cast = 0.18 if strong else 0.07
    gains = np.array([rng.uniform(1 - cast, 1 + cast) for _ in range(3)], np.float32)
    mean = x.mean()
    x = (x - mean) * rng.uniform(0.7, 1.3) + mean
    grey = x @ np.array([0.299, 0.587, 0.114], np.float32)
    colourful = rng.uniform(0.5, 1.4) if strong else rng.uniform(0.8, 1.25)
    if strong and rng.random() < 0.08:
        colourful = 0.0
    x = grey[..., None] + (x - grey[..., None]) * colourful
    return np.clip(x * gain * gains, 0, 255)


def view(rng: random.Random, pixels: np.ndarray, level: str, width: int = 128, height: int = 256) -> np.ndarray:
    """One random view of a picture: uint8 [height, width, 3]."""
    image = Image.fromarray(pixels)
    if rng.random() < 0.3:
        image = _pad(rng, image, 0.12)
    box = _crop_box(rng, image.width, image.height, 0.09) if rng.random() < 0.7 else None
    if rng.random() < 0.25:  # seen from far away
        small = rng.randint(40, 110)
        image = image.resize((max(12, int(small * rng.uniform(0.38, 0.55))), small), Image.BILINEAR, box=box)
        box = None
    image = image.resize((width, height), Image.BILINEAR, box=box)
    if rng.random() < 0.12:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 3)))
    if rng.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    if rng.random() < 0.15:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randint(20, 60))
        image = Image.open(buffer)
    x = np.asarray(image, np.float32)
    if rng.random() < 0.7:
        x = _colours(rng, x, level)
    if rng.random() < (0.4 if level == "identity" else 0.15):
        x = _erase(rng, x.copy(), 0.3 if level == "identity" else 0.12)
    return x.astype(np.uint8)


def _erase(rng: random.Random, x: np.ndarray, largest: float) -> np.ndarray:
    """Random erasing (Zhong et al., 2020): a rectangle of the picture's mean colour or of noise."""
    h, w = x.shape[:2]
    area = rng.uniform(0.02, largest) * h * w
    aspect = rng.uniform(0.4, 2.5)
    eh, ew = min(h - 1, int((area * aspect) ** 0.5)), min(w - 1, int((area / aspect) ** 0.5))
    top, left = rng.randint(0, h - eh), rng.randint(0, w - ew)
    noise = np.random.default_rng(rng.getrandbits(32)).uniform(0, 255, (eh, ew, 3))
    x[top : top + eh, left : left + ew] = x.mean((0, 1)) if rng.random() < 0.5 else noise
    return x
