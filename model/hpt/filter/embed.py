"""Embed pictures and texts with the exported ONNX files, exactly as the product does."""

import hashlib
import os
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import data
from export import IMAGE, TEXT, TOKENIZER, session
from text_tower import encode


class Filter:
    """The exported base filter of a model folder."""

    def __init__(self, folder: str, threads: int = 2):
        self.seen, self.read = session(str(Path(folder, IMAGE)), threads), session(str(Path(folder, TEXT)), threads)
        self.tokenizer = Tokenizer.from_file(str(Path(folder, TOKENIZER)))

    def pictures(self, pictures: list[data.Picture], change=None, batch: int = 16) -> np.ndarray:
        """float32 [pictures, 384]; `change(pixels, picture)` may replace the resizing."""
        prepare = lambda p: (change(data.load(p.path), p) if change else data.resize(data.load(p.path))).transpose(2, 0, 1)
        found = []
        with ThreadPoolExecutor(2) as pool:
            for start in range(0, len(pictures), batch):
                rows = np.stack(list(pool.map(prepare, pictures[start : start + batch]))).astype(np.float32)
                found.append(self.seen.run(None, {"pictures": rows})[0])
        return np.concatenate(found)

    def texts(self, texts: list[str], batch: int = 64) -> np.ndarray:
        """float32 [texts, 384]."""
        found = []
        for start in range(0, len(texts), batch):
            ids, mask = encode(self.tokenizer, texts[start : start + batch])
            found.append(self.read.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0])
        return np.concatenate(found)


class Cache:
    """Features of one network by set name, kept as .npy files of `CHUNK` pictures.

    Several processes may fill one cache: each begins at a chunk of its own choice and leaves out what it finds done.
    """

    CHUNK = 1024

    def __init__(self, folder: str, network_file: str, embed):
        digest = hashlib.sha256(Path(network_file).read_bytes()).hexdigest()[:12]
        self.folder, self.embed = Path(folder, digest), embed
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, name: str, pictures: list[data.Picture], embed=None) -> np.ndarray:
        starts = range(0, len(pictures), self.CHUNK)
        files = {start: self.folder / f"{name}-{start}.npy" for start in starts}
        for start in random.Random(os.getpid()).sample(list(starts), len(starts)):
            if not files[start].exists():
                part = files[start].with_suffix(f".{os.getpid()}.npy")
                np.save(part, (embed or self.embed)(pictures[start : start + self.CHUNK]))
                part.replace(files[start])
        return np.concatenate([np.load(file) for file in files.values()])
