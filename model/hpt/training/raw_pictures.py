"""Pictures from their files, for models without stored features: any Qwen2-VL, resized as the stage says."""

import numpy as np
import torch
from PIL import Image
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

SMALL, LARGE = (128, 256), (192, 384)  # width, height: bounds of stages 1 and 2


def stage_size(width: int, height: int, stage: int) -> tuple[int, int]:
    """Size before Qwen2-VL's own rule (paper, sections 3.1.2, 3.2.3, 3.3.2).

    Stage 1 brings what is below 256 x 128 up to it; stage 2 brings what is above 384 x 192 down to it; stage 3 leaves
    pictures alone. Both keep the picture's own proportions: area is what is compared.
    """
    bound = {1: SMALL, 2: LARGE}.get(stage)
    if bound is None:
        return width, height
    scale = (bound[0] * bound[1] / (width * height)) ** 0.5
    if (stage == 1 and scale <= 1) or (stage == 2 and scale >= 1):
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))


class RawPictures:
    """`processor`: transformers' Qwen2VLImageProcessor."""

    def __init__(self, processor, stage: int):
        self.processor, self.stage = processor, stage
        self.sizes: dict[str, tuple[int, int]] = {}

    def grids(self, rng: np.random.Generator):
        return self.grid

    def grid(self, path: str) -> tuple[int, int]:
        """Rows and columns of merged tokens."""
        if path not in self.sizes:
            with Image.open(path) as image:
                width, height = stage_size(image.width, image.height, self.stage)
            factor = self.processor.patch_size * self.processor.merge_size
            height, width = smart_resize(height, width, factor, self.processor.min_pixels, self.processor.max_pixels)
            self.sizes[path] = height // factor, width // factor
        return self.sizes[path]

    def see(self, paths: list[str], rng: np.random.Generator) -> dict:
        if not paths:
            return {"starts": [], "tensors": {}}
        pictures = []
        for path in paths:
            with Image.open(path) as image:
                image = image.convert("RGB")
                pictures.append(image.resize(stage_size(image.width, image.height, self.stage), Image.BICUBIC))
        made = self.processor(images=pictures, return_tensors="pt")
        counts = [rows * columns for rows, columns in map(self.grid, paths)]
        return {
            "starts": np.cumsum([0, *counts[:-1]]),
            "tensors": {"pixel_values": made["pixel_values"], "grid_thw": made["image_grid_thw"]},
        }
