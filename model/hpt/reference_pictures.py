"""Eight seeded synthetic test pictures: gradients, rectangles and noise, so that a resampling error shows."""

import numpy as np
from PIL import Image

# Width x height. 70 and 42 pixels are 2.5 and 1.5 merged patches: the half-to-even cases. 28x28 is below min_pixels.
SIZES = ((64, 128), (128, 256), (70, 70), (61, 133), (97, 211), (200, 90), (28, 28), (42, 70))


def paint(width: int, height: int, seed: int) -> Image.Image:
    """A smooth two-way gradient, four rectangles and one field of noise."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width]
    corners = random.uniform(0, 255, (2, 3))
    pixels = np.stack([(a * down / height + b * across / width) / 2 for a, b in corners.T], axis=-1)
    pixels += 40 * np.sin(down / height * random.uniform(4, 12))[..., None]
    for _ in range(4):
        left, top = random.integers(0, width * 3 // 4), random.integers(0, height * 3 // 4)
        right, bottom = left + random.integers(4, width // 2), top + random.integers(4, height // 2)
        pixels[top:bottom, left:right] = random.uniform(0, 255, 3)
    left, top = random.integers(0, width // 2), random.integers(0, height // 2)
    field = pixels[top : top + height // 4, left : left + width // 4]
    field += random.normal(0, 60, field.shape)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), "RGB")


def pictures() -> dict[str, Image.Image]:
    """File name -> picture."""
    return {f"picture-{w}x{h}.png": paint(w, h, seed) for seed, (w, h) in enumerate(SIZES)}
