"""Writers of the reference folder: many float32 tensors in one gzipped file, tables of bytes, one-item-a-line JSON."""

import gzip
import json
from pathlib import Path

import numpy as np


def write_gzip(path: Path, content: bytes) -> None:
    """Without a time stamp, so that the same numbers give the same file."""
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


class TensorFile:
    """Float32 little-endian tensors one after the other in one gzipped file."""

    def __init__(self, path: Path):
        self.path, self.parts, self.length = path, [], 0

    def add(self, values: np.ndarray) -> dict:
        """Where the tensor lies: offset counted in numbers (not bytes), and its shape, row-major."""
        place = {"file": self.path.name, "offset": self.length, "shape": list(values.shape)}
        self.parts.append(np.ascontiguousarray(values, dtype="<f4").tobytes())
        self.length += values.size
        return place

    def close(self) -> None:
        write_gzip(self.path, b"".join(self.parts))


def write_json(path: Path, head: dict, name: str, items: list) -> None:
    """An object with `head`'s keys and a list `name` with one item a line: small, and differences stay readable."""
    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    keys = "".join(f"{json.dumps(key)}:{line(value)},\n" for key, value in head.items())
    rows = ",\n".join(line(item) for item in items)
    path.write_text("{\n" + keys + f"{json.dumps(name)}:[\n{rows}\n]\n" + "}\n", encoding="utf-8")
