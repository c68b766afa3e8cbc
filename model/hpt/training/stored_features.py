"""What the frozen stem sees in a picture, kept on disk: training then costs the transformer alone.

A folder of `stem_features.py` holds one view of each picture:
    features.npy  float16 [n, 72, 992]    the stem's features at 12 x 6 patches, in merge-block order
    pixels.npy    uint8 [n, 126, 63, 3]   the view itself, halved
    identity.npy, semantic.npy            the base filter's two parts: targets of distillation
    index.json    [[identity, path, camera], ...]
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

GRID = (12, 6)


class StoredFeatures:
    """Views of pictures from several folders, by path."""

    def __init__(self, folders: list[str], pixel_mean, pixel_std):
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
        """features [n, rows * columns, 992] and raw patches [n, rows * columns, 3 * patch^2], merge-block order."""
        maps = torch.from_numpy(np.stack([self.maps[f][r] for f, r in views])).float()
        pixels = torch.from_numpy(np.stack([self.pixels[f][r] for f, r in views])).permute(0, 3, 1, 2).float() / 255
        pixels = (pixels - self.mean) / self.std
        if grid != GRID:
            maps = to_blocks(F.interpolate(from_blocks(maps, GRID), size=grid, mode="bilinear", align_corners=False))
        rows, columns = grid
        pixels = F.interpolate(pixels, size=(rows * patch, columns * patch), mode="bilinear", align_corners=False)
        pixels = pixels.reshape(len(views), 3, rows // 2, 2, patch, columns // 2, 2, patch)
        return maps, pixels.permute(0, 2, 5, 3, 6, 1, 4, 7).reshape(len(views), rows * columns, 3 * patch * patch)

    def targets(self, views: list[tuple[int, int]]) -> torch.Tensor:
        """The filter's identity and semantic parts [n, 384], each of length 1."""
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
