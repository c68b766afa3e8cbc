"""Writes the trained detector as ONNX and names it in chatreid.json, with its checksum.

    python export.py /tmp/detector.pt ../chatreid-tiny --side 640 --score 0.35 --overlap 0.55
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys

import onnx
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hpt", "filter"))

from network import Detector  # noqa: E402
from onnx_files import export, store_in_half  # noqa: E402

FILE = "onnx/people.onnx"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("folder", help="the model folder")
    parser.add_argument("--side", type=int, default=640, help="longer side of what the network looks at, in pixels")
    parser.add_argument("--score", type=float, default=0.35, help="a person less sure than this is none")
    parser.add_argument("--overlap", type=float, default=0.55, help="boxes that overlap more are of one person")
    options = parser.parse_args()
    model = Detector()
    model.load_state_dict(torch.load(options.weights)["mean"])
    path = os.path.join(options.folder, FILE)
    free = [{0: "batch", 2: "height", 3: "width"}]
    export(model, (torch.rand(2, 3, 256, 416) * 255,), ["pictures"], ["people"], path, free)
    graph = onnx.load(path)
    for place, name in ((2, "rows"), (3, "columns")):
        graph.graph.output[0].type.tensor_type.shape.dim[place].dim_param = name
    onnx.save(graph, path)
    store_in_half(path)
    card_path = os.path.join(options.folder, "chatreid.json")
    with open(card_path, encoding="utf-8") as file:
        card = json.load(file)
    card["people"] = {"file": FILE, "side": options.side, "score": options.score, "overlap": options.overlap}
    with open(path, "rb") as file:
        card["checksums"][FILE] = "sha256:" + hashlib.sha256(file.read()).hexdigest()
    card["checksums"] = card.pop("checksums")  # stays last
    with open(card_path, "w", encoding="utf-8") as file:
        file.write(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    print(f"{os.path.getsize(path)} bytes, {card['checksums'][FILE]}")


if __name__ == "__main__":
    main()
