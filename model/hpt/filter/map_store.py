"""Folders written by `features.py maps`, read together: rows of middle maps and small pictures, by identity."""

import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import openvino
import torch
import torch.nn.functional as F

import onnx_files
from image_tower import Backbone, ImageTower

BATCH = 32
GRID = (16, 8)


class UpperHalf(torch.nn.Module):
    """The part of the backbone above the stored maps."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, middle):
        return self.backbone.upper(middle)


def compiled_upper(backbone: Backbone, shape: tuple[int, int, int], threads: int):
    """The upper half compiled for `BATCH` middle maps of this shape: identity [n, 256] and final map [n, channels, 16, 8]."""
    with tempfile.TemporaryDirectory() as scratch:
        file = f"{scratch}/upper.onnx"
        onnx_files.export(UpperHalf(backbone), (torch.rand(2, *shape),), ["middle"], ["identity", "final"], file, [{0: "batch"}])
        core = openvino.Core()
        model = core.read_model(file)
        model.reshape([BATCH, *shape])
        return core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads})


class MapStore:
    """Rows of several folders under one numbering."""

    def __init__(self, folders: list[str]):
        self.folders = folders
        self.middle = [np.load(Path(f, "middle.npy"), mmap_mode="r") for f in folders]
        self.shape = (self.middle[0].shape[1], *GRID)
        self.colours = np.concatenate([np.load(Path(f, "colours.npy")) for f in folders])
        index = [entry for f in folders for entry in json.loads(Path(f, "index.json").read_text())]
        self.ids, self.paths = [e[0] for e in index], [e[1] for e in index]
        self.where = [(part, row) for part, maps in enumerate(self.middle) for row in range(len(maps))]
        self.rows: dict[str, list[int]] = {}
        for row, identity in enumerate(self.ids):
            self.rows.setdefault(identity, []).append(row)
        self.final: list[np.ndarray] = []
        self.identity: np.ndarray | None = None

    def _maps(self, parts: list[np.ndarray], rows) -> torch.Tensor:
        """float32 [rows, channels, 16, 8]."""
        picked = np.stack([parts[part][row] for part, row in (self.where[r] for r in rows)])
        return torch.from_numpy(picked.astype(np.float32)).unflatten(2, GRID)

    def middle_maps(self, rows) -> torch.Tensor:
        """float32 [rows, channels, 16, 8]."""
        return self._maps(self.middle, rows)

    def run_upper(self, backbone: Backbone, threads: int = 1) -> None:
        """The final map and identity part of every row with the backbone as it is now; kept on disk by its weights."""
        digest = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in backbone.upper_parameters())).hexdigest()[:12]
        missing = [i for i, folder in enumerate(self.folders) if not Path(folder, f"identity-{digest}.npy").exists()]
        if missing:
            network = compiled_upper(backbone, self.shape, threads)
            for i in missing:
                self._run_part(network, i, digest)
        load = lambda name: [np.load(Path(f, f"{name}-{digest}.npy"), mmap_mode="r") for f in self.folders]
        self.final, self.identity = load("final"), np.concatenate(load("identity"))

    def _run_part(self, network, part: int, digest: str) -> None:
        folder, maps = Path(self.folders[part]), self.middle[part]
        finals, identities = None, []
        for start in range(0, len(maps), BATCH):
            stop = min(start + BATCH, len(maps))
            batch = np.zeros((BATCH, *self.shape), np.float32)
            batch[: stop - start] = maps[start:stop].reshape(-1, *self.shape)
            identity, final = network(batch).values()
            if finals is None:
                shape = (len(maps), final.shape[1], final.shape[2] * final.shape[3])
                finals = np.lib.format.open_memmap(folder / f"final-{digest}.npy", "w+", np.float16, shape)
            finals[start:stop] = final[: stop - start].reshape(stop - start, *finals.shape[1:])
            identities.append(identity[: stop - start] / np.linalg.norm(identity[: stop - start], axis=1, keepdims=True))
        np.save(folder / f"identity-{digest}.npy", np.concatenate(identities))

    def semantic(self, tower: ImageTower, rows) -> torch.Tensor:
        """Semantic part [rows, 128] of length 1, through the head only; `run_upper` first."""
        rows = list(rows)
        colours = torch.from_numpy(self.colours[rows].astype(np.float32)) / 255 - 0.5
        middle, final = self._maps(self.middle, rows), self._maps(self.final, rows)
        return F.normalize(tower.head.from_maps(tower.head.colour.layers(colours), middle, final).float())
