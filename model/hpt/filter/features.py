"""Run frozen networks over pictures and keep what they see.

    python features.py teacher --network NET.xml|NET.onnx --part training|held_out --out features.npy
    python features.py maps    --backbone NET.xml|checkpoint.pt --level semantic --out folder

`teacher` writes float32 [pictures, n] of length 1, for train.py. `maps` runs the lower half of the backbone, which stays as
it is, over augmented pictures, so that train.py and align.py learn thousands of steps in minutes on a plain processor:
    middle.npy   float16 [n, channels, 128]   the middle map, 16 x 8 positions
    colours.npy  uint8 [n, 3, 64, 32]         the picture, averaged over 4 x 4 pixels
    index.json   [[identity, path, camera], ...]
Several folders (one per --seed and --level) are given to training together. On a busy machine run single-threaded processes
side by side; threads that wait for each other cost five times as much.
"""

import argparse
import json
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino
import torch

import data
import onnx_files
from augment import view
from image_tower import Backbone

BATCH = 32
IMAGENET_MEAN, IMAGENET_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def compiled(file: str, threads: int):
    """A network compiled for `BATCH` pictures [3, 256, 128]; bfloat16 arithmetic where the processor has it."""
    core = openvino.Core()
    model = core.read_model(file)
    model.reshape([BATCH, 3, 256, 128])
    return core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 1})


def run(network, pictures, prepare, threads: int = 2):
    """Yield the network's outputs batch by batch; `prepare(picture)` gives float32 [3, 256, 128]."""
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(pictures), BATCH):
            rows = np.stack(list(pool.map(prepare, pictures[start : start + BATCH]))).astype(np.float32)
            count = len(rows)
            if count < BATCH:
                rows = np.concatenate([rows, np.zeros((BATCH - count, *rows.shape[1:]), np.float32)])
            yield [output[:count].copy() for output in network(rows).values()]


def teacher(file: str, pictures: list[data.Picture], threads: int) -> np.ndarray:
    """Features [pictures, n] of length 1. An IR file of Open Model Zoo takes BGR 0..255, an ONNX file normalised RGB."""

    def prepare(picture):
        pixels = data.resize(data.load(picture.path))
        if file.endswith(".xml"):
            return pixels[..., ::-1].transpose(2, 0, 1)
        return ((pixels / 255 - IMAGENET_MEAN) / IMAGENET_STD).transpose(2, 0, 1)

    found = np.concatenate([o[0].reshape(len(o[0]), -1) for o in run(compiled(file, threads), pictures, prepare, threads)])
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def load_backbone(file: str) -> Backbone:
    """From a checkpoint of train.py (its running average) or straight from an IR file."""
    if file.endswith(".xml"):
        return Backbone.from_ir(file)
    saved = torch.load(file, weights_only=False)
    weights = {k.removeprefix("weights."): v for k, v in saved["average"].items() if k.startswith("weights.")}
    return Backbone(saved["ops"], weights, saved["average"]["mean"].flatten(), saved["average"]["scale"].flatten())


def pooled(pixels: np.ndarray) -> np.ndarray:
    """uint8 [256, 128, 3] to uint8 [3, 64, 32]: what ColourBranch makes of a picture first."""
    return pixels.reshape(64, 4, 32, 4, 3).mean((1, 3)).round().astype(np.uint8).transpose(2, 0, 1)


class LowerHalf(torch.nn.Module):
    """The part of the backbone that is run once."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, pictures):
        return self.backbone.lower(pictures)


def maps(backbone: Backbone, pictures: list[data.Picture], level: str, out: str, threads: int, seed: int) -> None:
    """Write the maps of one view of each picture; level "none" is the picture itself."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        file = f"{scratch}/lower.onnx"
        example = torch.rand(1, 3, 256, 128)
        with torch.no_grad():
            channels = backbone.lower(example).shape[1]
        onnx_files.export(LowerHalf(backbone), (torch.rand(2, 3, 256, 128),), ["pictures"], ["middle"], file, [{0: "batch"}])
        network = compiled(file, threads)
    big = np.lib.format.open_memmap(folder / "middle.npy", "w+", np.float16, (len(pictures), channels, 128))
    small = np.lib.format.open_memmap(folder / "colours.npy", "w+", np.uint8, (len(pictures), 3, 64, 32))

    def prepare(job):
        row, picture = job
        pixels = data.load(picture.path)
        pixels = data.resize(pixels) if level == "none" else view(random.Random(f"{seed} {picture.path}"), pixels, level)
        small[row] = pooled(pixels)
        return pixels.transpose(2, 0, 1)

    start = 0
    for (middle,) in run(network, list(enumerate(pictures)), prepare, threads):
        big[start : start + len(middle)] = middle.reshape(len(middle), channels, 128)
        start += len(middle)
        if start % 1024 == 0:
            print(f"{start} of {len(pictures)}", flush=True)
    (folder / "index.json").write_text(json.dumps([[p.identity, p.path, p.camera] for p in pictures]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["teacher", "maps"])
    data.add_data_arguments(parser)
    parser.add_argument("--network", help="teacher: OpenVINO IR or ONNX file")
    parser.add_argument("--part", choices=["training", "held_out"], default="training")
    parser.add_argument("--backbone", help="maps: checkpoint of train.py or OpenVINO IR")
    parser.add_argument("--level", choices=["none", "semantic", "identity"], default="semantic", help="maps: strength of the augmentation")
    parser.add_argument("--share", type=float, default=1.0, help="maps: only this share of the pictures, drawn at random")
    parser.add_argument("--described-only", action="store_true", help="maps: only identities with attributes or captions")
    parser.add_argument("--out", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    pictures = getattr(data.split(args.market, args.cuhk03, args.captions), args.part)
    if args.what == "teacher":
        np.save(args.out, teacher(args.network, pictures, args.threads))
        return
    if args.described_only:
        known = {c.identity for c in data.captions(args.captions)} | set(data.attributes(args.attributes, "train"))
        pictures = [p for p in pictures if p.identity in known]
    pictures = random.Random(args.seed).sample(pictures, int(args.share * len(pictures)))
    maps(load_backbone(args.backbone), pictures, args.level, args.out, args.threads, args.seed)


if __name__ == "__main__":
    main()
