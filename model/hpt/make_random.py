"""Makes a larger random-weight model for the benchmarks: as a whole folder, or as graphs without their weights.

    python model/hpt/make_random.py --size mid --out DIR             a complete ONNX model folder
    python model/hpt/make_random.py --size mid --graphs bench/models/mid   graphs and a list of weights to be filled

The graphs of the second form name their weights in a file `<graph>.onnx_data` beside them that is not there;
tensors.json lists what it must hold, so that the benchmark writes it without Python.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import onnx
import torch

import make_tiny
from export import export
from graphs import DECODER, EMBED, VISION, decoder_graph, embed_graph, vision_graph
from model_folder import public_layout, write_card, write_json
from onnx_graph import save
from random_model import SIZES, build

SEED = 60
# The files that the model shares with the tiny one of the tests.
SHARED = {
    "folder": "test/fixtures/tiny-qwen2vl",
    "names": [
        "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json", "generation_config.json", "chat_template.jinja",
    ],
}


def fill_rule(name: str, shape: list[int]) -> dict:
    """How a weight is to be filled: norms with ones, biases with zeros, matrices [inputs, outputs] at a gain of one."""
    if name.endswith(".bias"):
        return {"kind": "zeros"}
    if len(shape) == 1:
        return {"kind": "ones"}
    fan_in = shape[1] if name == "weight" else shape[0]
    return {"kind": "normal", "std": round(fan_in**-0.5, 8)}


def external_tensors(path: Path) -> list[dict]:
    """The tensors that a graph expects in its data file, in the order of their offsets (bytes)."""
    tensors = []
    for tensor in onnx.load(str(path), load_external_data=False).graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            place = {entry.key: entry.value for entry in tensor.external_data}
            shape = list(tensor.dims)
            tensors.append({
                "name": tensor.name,
                "dtype": {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.FLOAT16: "float16"}[tensor.data_type],
                "shape": shape,
                "offset": int(place["offset"]),
                "length": int(place["length"]),
                **fill_rule(tensor.name, shape),
            })
    return sorted(tensors, key=lambda tensor: tensor["offset"])


def write_graphs(size: str, out: Path) -> None:
    """config.json, chatreid.json, onnx/*.onnx without weights, tensors.json."""
    model = build(size, SEED, gain=1.0)
    graphs = {
        VISION: vision_graph(model),
        EMBED: embed_graph(model, torch.float32, torch.float32),
        DECODER: decoder_graph(model),
    }
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    files = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, graph in graphs.items():
            path = Path(scratch) / f"{name}.onnx"
            save(graph, path, inline_limit=0)
            files.append({
                "graph": f"onnx/{path.name}", "data": f"onnx/{path.name}_data",
                "bytes": path.with_name(path.name + "_data").stat().st_size, "tensors": external_tensors(path),
            })
            shutil.copyfile(path, out / "onnx" / path.name)
        model.config.save_pretrained(scratch)
        config = json.loads((Path(scratch) / "config.json").read_text(encoding="utf-8"))
    write_json(out / "config.json", public_layout(config))
    parameters = sum(weight.numel() for weight in model.parameters())
    head = {"format": 1, "size": size, "parameters": parameters, "seed": SEED, "shared": SHARED, "files": files}
    write_json(out / "tensors.json", head)
    write_card(out, f"random-{size}", "1", "MIT", checksums=False)
    print(f"{parameters / 1e6:.1f} M parameters, {sum(file['bytes'] for file in files) / 1e6:.0f} MB of weights to fill")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="mid")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--out", type=Path)
    kind.add_argument("--graphs", type=Path)
    parser.add_argument("--dtype", nargs="+", choices=("fp32", "fp16", "int8"), default=["fp32"])
    given = parser.parse_args()
    if given.graphs is not None:
        write_graphs(given.size, given.graphs)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        make_tiny.write(Path(scratch), given.size, SEED)
        return 0 if export(Path(scratch), given.out, given.dtype, f"random-{given.size}", "1", "MIT") else 1


if __name__ == "__main__":
    sys.exit(main())
