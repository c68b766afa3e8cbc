"""Exports a Hugging Face Qwen2-VL model of any size to the ONNX folder layout of the public exports.

    python model/hpt/export.py --model DIR_OR_ID --out DIR [--dtype fp32 half fp16 int8] [--name NAME] [--licence LICENCE]

fp32 and half go by the same file names, those that are taken first: half stores the weights in float16 and computes in
float32. Every graph is compared with the Hugging Face implementation; the exit status is 1 when one is off.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import torch

import vision_stem
from compare import TOLERANCE, compare, reference
from graphs import DECODER, EMBED, VISION, decoder_graph, embed_graph, vision_graph
from model_folder import copy_settings, write_card
from onnx_graph import quantize, save, store_in_half
from onnx_runner import OnnxRunner

SUFFIX = {"fp32": "", "half": "", "fp16": "_fp16", "int8": "_quantized"}


def source_folder(model: str) -> Path:
    """A local folder as it is; a Hugging Face id is downloaded."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(model, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.jinja"]))


def write_float(model: torch.nn.Module, folder: Path, suffix: str) -> None:
    """The three graphs in the type of the model's weights. `model` shares its weights with the graph while it is written."""
    dtype, vision = model.dtype, vision_graph(model)
    # A stem computes in float32 always; beside halves its weights are halves too.
    save(store_in_half(vision) if dtype == torch.float16 else vision, folder / f"{VISION}{suffix}.onnx")
    save(embed_graph(model, dtype, dtype), folder / f"{EMBED}{suffix}.onnx")
    save(decoder_graph(model), folder / f"{DECODER}{suffix}.onnx")


def write_half(model: torch.nn.Module, folder: Path) -> None:
    """The float32 graphs with their weights stored in float16."""
    save(store_in_half(vision_graph(model)), folder / f"{VISION}.onnx")
    save(embed_graph(model, torch.float16, torch.float32), folder / f"{EMBED}.onnx")
    save(store_in_half(decoder_graph(model)), folder / f"{DECODER}.onnx")


def write_int8(model: torch.nn.Module, folder: Path, fp32: Path) -> None:
    """8-bit graphs out of the float32 ones; the token table is kept in float16 (half the size, no arithmetic lost)."""
    suffix = SUFFIX["int8"]
    save(embed_graph(model, torch.float16, torch.float32), folder / f"{EMBED}{suffix}.onnx")
    for name in (VISION, DECODER):
        quantize(fp32 / f"{name}.onnx", folder / f"{name}{suffix}.onnx", halves=name == VISION and vision_stem.has_stem(model))


def check(folder: Path, dtype: str, wanted) -> bool:
    """Prints each difference from the Hugging Face implementation; False when one is over the tolerance."""
    passed = True
    for name, gap in compare(OnnxRunner(folder, SUFFIX[dtype]), wanted).items():
        good = gap <= TOLERANCE[dtype]
        passed = passed and good
        print(f"{dtype:5} {name:20} max difference {gap:.2e} (limit {TOLERANCE[dtype]:.2g}) {'ok' if good else 'OVER'}")
    return passed


def export(source: Path, out: Path, dtypes: list[str], name: str, version: str, licence: str) -> bool:
    """Writes the folder and compares it. True when everything is within tolerance."""
    if {"fp32", "half"} <= set(dtypes):
        raise SystemExit("fp32 and half have the same file names: export one of them")
    if source.resolve() == out.resolve():
        raise SystemExit("--out must be another folder than --model")
    kind = json.loads((source / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind != "qwen2_vl":
        raise SystemExit(f"{source} is a {kind} model; only qwen2_vl is exported")
    copy_settings(source, out)
    graphs = out / "onnx"
    graphs.mkdir(parents=True, exist_ok=True)
    model = vision_stem.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    wanted = reference(model)
    if "fp32" in dtypes:
        write_float(model, graphs, SUFFIX["fp32"])
    if "half" in dtypes:
        write_half(model, graphs)
    if "int8" in dtypes:
        with tempfile.TemporaryDirectory(dir=out) as scratch:
            if "fp32" not in dtypes:
                write_float(model, Path(scratch), SUFFIX["fp32"])
            write_int8(model, graphs, graphs if "fp32" in dtypes else Path(scratch))
    if "fp16" in dtypes:
        write_float(model.half(), graphs, SUFFIX["fp16"])
    del model
    passed = all([check(out, dtype, wanted) for dtype in dtypes])
    write_card(out, name, version, licence)
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a folder, or an id on Hugging Face")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dtype", nargs="+", choices=sorted(SUFFIX), default=["fp32"])
    parser.add_argument("--name", help="default: the last part of --model")
    parser.add_argument("--version", default="1")
    parser.add_argument("--licence", default="see the model's own card")
    given = parser.parse_args()
    name = given.name or Path(given.model).name
    good = export(source_folder(given.model), given.out, given.dtype, name, given.version, given.licence)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
