"""Run the frozen stem once over views of pictures, so that training costs the transformer alone.

    python stem_features.py --filter filter.pt --market DIR --cuhk03 DIR --captions FILES --part training \
        --level identity --seed 2 --out features/identity-2
    python stem_features.py --filter filter.pt --people people.csv --level none --out features/mine

`--level`: none (the picture as it is), semantic (colours stay truthful) or identity (colours may turn): see filter/augment.py.
`people.csv` has a header and the columns path, person, camera; without it the research sets are read as filter/data.py splits
them, with the hand-drawn crops that have human captions added. Several folders (views) of the same pictures are given to
train.py together; it draws one of them each time. About 120 views a second on two cores (OpenVINO, bfloat16 where there is).
"""

import argparse
import csv
import json
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino
import torch
import torch.nn.functional as F
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "filter"))

import data  # noqa: E402
import onnx_files  # noqa: E402
from augment import view  # noqa: E402
from export import load  # noqa: E402
from features import load_backbone  # noqa: E402

BATCH, GRID, PATCH = 32, (12, 6), 21


class Seen(torch.nn.Module):
    """Pictures [n, 3, 256, 128] in 0..255 to features [n, 72, channels] in merge-block order, the identity part of the trunk that
    makes them, and the filter's semantic and identity part. `trunk`: another backbone than the filter's."""

    def __init__(self, tower, trunk=None):
        super().__init__()
        self.tower, self.trunk = tower, trunk

    def forward(self, pictures):
        filters, middle, final = self.tower.backbone(pictures)
        identity = filters
        colour = self.tower.head.colour(pictures)
        semantic = self.tower.head.from_maps(colour, middle, final)
        if self.trunk is not None:
            identity, middle, final = self.trunk(pictures)
        maps = F.interpolate(torch.cat([middle, final, colour], 1), size=GRID, mode="bilinear", align_corners=False)
        rows, columns = GRID
        blocks = maps.reshape(-1, maps.shape[1], rows // 2, 2, columns // 2, 2).permute(0, 2, 4, 3, 5, 1)
        return blocks.reshape(-1, rows * columns, maps.shape[1]), F.normalize(identity), F.normalize(semantic), F.normalize(filters)


def compiled(checkpoint: str, trunk: str | None, threads: int):
    tower, _, _ = load(checkpoint, 0.8)
    with tempfile.TemporaryDirectory() as scratch:
        file = f"{scratch}/seen.onnx"
        onnx_files.export(Seen(tower, load_backbone(trunk) if trunk else None), (torch.rand(2, 3, 256, 128) * 255,), ["pictures"], ["features", "identity", "semantic", "filters"], file, [{0: "batch"}])
        core = openvino.Core()
        model = core.read_model(file)
        model.reshape([BATCH, 3, 256, 128])
        return core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": threads, "PERFORMANCE_HINT": "THROUGHPUT"})


def research_pictures(args) -> list[data.Picture]:
    """The part's pictures as filter/data.py splits them, and the captioned hand-drawn crops of the same people."""
    pictures = list(getattr(data.split(args.market, args.cuhk03, args.captions), args.part))
    people = {p.identity for p in pictures}
    named = {r["file_path"].split("/")[1] for f in args.captions for r in json.loads(Path(f).read_text()) if r["file_path"].startswith("Market/")}
    return pictures + [p for p in data.market(args.market, "gt_bbox") if Path(p.path).name in named and p.identity in people]


def listed_pictures(file: str) -> list[data.Picture]:
    with open(file, newline="") as rows:
        return [data.Picture(row["path"], row["person"], row.get("camera") or 0) for row in csv.DictReader(rows)]


def drawn(picture: data.Picture, level: str, seed: int) -> np.ndarray:
    """One view at the size the picture processor gives a crop of 1:2, uint8 [252, 126, 3]."""
    pixels, size = data.load(picture.path), (GRID[1] * PATCH, GRID[0] * PATCH)
    if level == "none":
        return np.asarray(Image.fromarray(pixels).resize(size, Image.BICUBIC))
    return view(random.Random(f"{seed} {picture.path}"), pixels, level, *size)


def run(network, pictures: list[data.Picture], level: str, seed: int, out: Path) -> None:
    """A whole folder or none."""
    part = out.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    channels, count = network.output(0).partial_shape[2].get_length(), len(pictures)
    features = np.lib.format.open_memmap(part / "features.npy", "w+", np.float16, (count, GRID[0] * GRID[1], channels))
    pixels = np.lib.format.open_memmap(part / "pixels.npy", "w+", np.uint8, (count, GRID[0] * PATCH // 2, GRID[1] * PATCH // 2, 3))
    identity, semantic, filters = (np.zeros((count, width), np.float32) for width in (256, 128, 256))

    def prepare(row: int) -> np.ndarray:
        seen = Image.fromarray(drawn(pictures[row], level, seed))
        pixels[row] = np.asarray(seen.resize((seen.width // 2, seen.height // 2), Image.BOX))
        return np.asarray(seen.resize((128, 256), Image.BILINEAR)).transpose(2, 0, 1)

    def keep(request, rows) -> None:
        for place, target in enumerate((features, identity, semantic, filters)):
            target[rows] = request.get_output_tensor(place).data[: len(rows)]

    jobs, begun = openvino.AsyncInferQueue(network, 3), time.time()
    jobs.set_callback(keep)
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, count, BATCH):
            rows = list(range(start, min(start + BATCH, count)))
            batch = np.zeros((BATCH, 3, 256, 128), np.float32)
            batch[: len(rows)] = np.stack(list(pool.map(prepare, rows)))
            jobs.start_async([batch], rows)
            if start % 2048 == 0:
                print(f"{start} of {count}, {start / (time.time() - begun + 1e-9):.0f} a second", flush=True)
        jobs.wait_all()
    features.flush()
    pixels.flush()
    np.save(part / "identity.npy", identity)
    np.save(part / "semantic.npy", semantic)
    np.save(part / "filter.npy", filters)
    (part / "index.json").write_text(json.dumps([[p.identity, p.path, p.camera] for p in pictures]))
    shutil.rmtree(out, ignore_errors=True)
    os.replace(part, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filter", required=True, help="checkpoint of filter/align.py")
    parser.add_argument("--trunk", help="checkpoint of filter/train.py: another backbone than the filter's under the features")
    parser.add_argument("--people", help="CSV with path, person, camera: your own pictures")
    parser.add_argument("--market")
    parser.add_argument("--cuhk03")
    parser.add_argument("--captions", nargs="+", default=[])
    parser.add_argument("--part", choices=["training", "held_out"], default="training")
    parser.add_argument("--level", choices=["none", "semantic", "identity"], default="none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    if not args.people and not (args.market and args.cuhk03):
        parser.error("give --people, or --market and --cuhk03")
    pictures = listed_pictures(args.people) if args.people else research_pictures(args)
    if not pictures:
        parser.error("there is no picture")
    run(compiled(args.filter, args.trunk, args.threads), pictures, args.level, args.seed, Path(args.out))


if __name__ == "__main__":
    main()
