"""What the frozen stem sees in a picture, kept on disk: training then costs the transformer alone.

A folder of `stem_features.py` holds one view of each picture:
    features.npy  float16 [n, 72, channels]  the stem's features at 12 x 6 patches, in merge-block order
    pixels.npy    uint8 [n, 126, 63, 3]   the view itself, halved
    identity.npy, semantic.npy            the trunk's embedding and the base filter's part for meaning: targets of distillation
    filter.npy                            the base filter's part for identity: the trunk's, unless it has another
    index.json    [[identity, path, camera], ...]
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.append(str(Path(__file__).parents[1]))

import vision_stem  # noqa: E402

GRID = (12, 6)


class StoredFeatures:
    """Views of pictures from several folders, by path."""

    @staticmethod
    def of(folders: list[str], start) -> "StoredFeatures":
        """As the model of `start` (model_files.Loaded) takes them."""
        stem = getattr(start.model.config.vision_config, "stem", {})
        return StoredFeatures(folders, start.processor.image_mean, start.processor.image_std, bool(stem.get("identity")))

    def __init__(self, folders: list[str], pixel_mean, pixel_std, whole: bool = False):
        """`whole`: the trunk's embedding is among the features of each patch."""
        self.whole = whole
        self.maps = [np.load(Path(f, "features.npy"), mmap_mode="r") for f in folders]
        self.pixels = [np.load(Path(f, "pixels.npy"), mmap_mode="r") for f in folders]
        self.identity = [np.load(Path(f, "identity.npy")) for f in folders]
        self.semantic = [np.load(Path(f, "semantic.npy")) for f in folders]
        self.rows: dict[str, list[tuple[int, int]]] = {}
        self.people: dict[str, str] = {}
        for number, folder in enumerate(folders):
            for row, (identity, path, _) in enumerate(json.loads(Path(folder, "index.json").read_text())):
                self.rows.setdefault(path, []).append((number, row))
                self.people[path] = identity
        self.mean = torch.tensor(pixel_mean).view(1, 3, 1, 1)
        self.std = torch.tensor(pixel_std).view(1, 3, 1, 1)

    def draw(self, paths: list[str], rng: np.random.Generator) -> list[tuple[int, int]]:
        """One view of each picture. @raises KeyError naming a picture that has none"""
        views = []
        for path in paths:
            known = self.rows.get(path)
            if known is None:
                raise KeyError(f"no stored features of {path}: run stem_features.py over it")
            views.append(known[rng.integers(len(known))])
        return views

    def read(self, views: list[tuple[int, int]], grid: tuple[int, int] = GRID, patch: int = 21):
        """features [n, rows * columns, channels] and raw patches [n, rows * columns, 3 * patch^2], merge-block order."""
        maps = torch.from_numpy(np.stack([self.maps[f][r] for f, r in views])).float()
        pixels = torch.from_numpy(np.stack([self.pixels[f][r] for f, r in views])).permute(0, 3, 1, 2).float() / 255
        pixels = (pixels - self.mean) / self.std
        if grid != GRID:
            maps = to_blocks(F.interpolate(from_blocks(maps, GRID), size=grid, mode="bilinear", align_corners=False))
        if self.whole:
            identity = torch.from_numpy(np.stack([self.identity[f][r] for f, r in views]))
            maps = torch.cat([maps, vision_stem.everywhere(identity)[:, None].expand(-1, maps.shape[1], -1)], -1)
        rows, columns = grid
        pixels = F.interpolate(pixels, size=(rows * patch, columns * patch), mode="bilinear", align_corners=False)
        pixels = pixels.reshape(len(views), 3, rows // 2, 2, patch, columns // 2, 2, patch)
        return maps, pixels.permute(0, 2, 5, 3, 6, 1, 4, 7).reshape(len(views), rows * columns, 3 * patch * patch)

    def targets(self, views: list[tuple[int, int]]) -> torch.Tensor:
        """Identity part of the stem's trunk and semantic part of the filter [n, 384], each of length 1."""
        return torch.from_numpy(np.stack([np.concatenate([self.identity[f][r], self.semantic[f][r]]) for f, r in views]))


def from_blocks(x: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
    """[n, patches, channels] in blocks of 2 x 2 to [n, channels, rows, columns]."""
    rows, columns = grid
    n, _, channels = x.shape
    x = x.reshape(n, rows // 2, columns // 2, 2, 2, channels)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(n, channels, rows, columns)


def to_blocks(x: torch.Tensor) -> torch.Tensor:
    """The reverse of `from_blocks`."""
    n, channels, rows, columns = x.shape
    x = x.reshape(n, channels, rows // 2, 2, columns // 2, 2)
    return x.permute(0, 2, 4, 3, 5, 1).reshape(n, rows * columns, channels)
