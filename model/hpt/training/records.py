"""Chat JSONL on disk: read by offset, one-to-one questions about the same first picture kept together."""

import hashlib
import json

import numpy as np


class Records:
    """Groups of record numbers in a fixed order; `epoch(n)` shuffles the groups by the seed."""

    def __init__(self, files: list[str], seed: int, only: set[str] | None = None):
        self.files, self.seed = files, seed
        self.where: list[tuple[int, int]] = []
        self.groups: list[list[int]] = []
        digest, last = hashlib.sha256(), None
        for number, file in enumerate(files):
            with open(file, "rb") as lines:
                at = 0
                for line in lines:
                    digest.update(line)
                    record = json.loads(line)
                    if only is None or record.get("task") in only:
                        key = (record.get("task"), (record.get("images") or [None])[0])
                        together = key == last and "one-to-one" in (record.get("task") or "")
                        if not together:
                            self.groups.append([])
                        self.groups[-1].append(len(self.where))
                        self.where.append((number, at))
                        last = key
                    at += len(line)
        if not self.where:
            raise ValueError(f"no records in {', '.join(files)}")
        self.checksum = digest.hexdigest()
        self.open = [open(file, "rb") for file in files]

    def read(self, number: int) -> dict:
        file, at = self.where[number]
        self.open[file].seek(at)
        return json.loads(self.open[file].readline())

    def epoch(self, number: int) -> np.ndarray:
        """Order of the groups in an epoch."""
        return np.random.default_rng([self.seed, number]).permutation(len(self.groups))
