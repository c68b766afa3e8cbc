"""Bring a checkpoint of align.py back out of an exported filter, so that training can go on from the shipped one.

    python restore.py --model ../../chatreid-tiny --start START.xml --out filter.pt

`--start` is the OpenVINO IR that the backbone began as: the order of its operations is not in the ONNX files. Weights come back
in the half precision that they are stored in; the towers' answers are then compared with the ONNX files'.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer

import onnx_files
import openvino_ir
from export import IMAGE, TEXT, TOKENIZER, load
from image_tower import Backbone, ImageTower
from text_tower import TextTower, encode


def weights_in_order(path: str) -> tuple[list[tuple[str, tuple]], list[np.ndarray]]:
    """Every constant a graph computes with, in the order of its nodes: (operation, shape) and value, float16 read as float32."""
    graph = onnx.load(path).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in values and values[node.input[0]].dtype == np.float16:
            values[node.output[0]] = values.pop(node.input[0]).astype(np.float32)
    for node in graph.node:  # the exporter keeps equal weights once, behind an Identity
        if node.op_type == "Identity" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    computing = [node for node in graph.node if node.op_type not in ("Cast", "Identity")]
    found = [(node.op_type, values[name]) for node in computing for name in node.input if name in values]
    return [(kind, value.shape) for kind, value in found], [value for _, value in found]


@torch.no_grad()
def fill_from(module: torch.nn.Module, inputs: tuple, names: list[str], free: list[dict[int, str]], path: str) -> None:
    """Give the module the weights of the graph that was once exported from one like it.

    The module gets numbers that occur once, is exported the same way, and tells by them which constant each weight became.
    """
    generator = torch.Generator().manual_seed(1)
    for parameter in module.parameters():
        parameter.copy_(torch.rand(parameter.shape, generator=generator) + 0.5)
    with tempfile.TemporaryDirectory() as folder:
        template = str(Path(folder, "template.onnx"))
        onnx_files.export(module, inputs, names, ["embeddings"], template, free)
        shapes, marks = weights_in_order(template)
    shipped_shapes, shipped = weights_in_order(path)
    if shapes != shipped_shapes:
        raise SystemExit(f"{path} was not exported from a module like this one: is --start the backbone it began as?")
    for name, parameter in module.named_parameters():
        mark = parameter.numpy()
        for seen, value in zip(marks, shipped):
            if seen.size != mark.size:
                continue
            if np.array_equal(seen.reshape(-1), mark.reshape(-1)):
                parameter.copy_(torch.from_numpy(np.array(value)).reshape(parameter.shape))
                break
            if mark.ndim == 2 and np.array_equal(seen, mark.T):
                parameter.copy_(torch.from_numpy(np.array(value.T)))
                break
        else:
            raise SystemExit(f"{path}: {name} is not in the graph")


def restore(model: Path, start: str) -> dict:
    """The checkpoint as align.py writes it."""
    ops, weights, mean, scale = openvino_ir.read(start)
    image = ImageTower(Backbone(ops, weights, mean, scale)).eval()
    picture = torch.randint(0, 256, (3, 3, 256, 128)).float()
    fill_from(image, (picture,), ["pictures"], [{0: "batch"}], str(model / IMAGE))
    tokenizer = Tokenizer.from_file(str(model / TOKENIZER))
    text = TextTower(tokenizer.get_vocab_size()).eval()
    words = encode(tokenizer, ["man with a backpack", "woman, long hair, white skirt", "someone in a red top and blue jeans"])
    fill_from(text, words, ["input_ids", "attention_mask"], [{0: "batch", 1: "length"}] * 2, str(model / TEXT))
    trained = {f"0.{k}": v for k, v in image.head.state_dict().items()} | {f"1.{k}": v for k, v in text.state_dict().items()}
    return {
        "backbone": {"average": image.backbone.state_dict(), "ops": ops},
        "trained": trained,
        "text": text.config,
        "tokenizer": tokenizer.to_str(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=Path, help="a model folder with a filter")
    parser.add_argument("--start", required=True, help="OpenVINO IR (xml) that the backbone began as")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.save(restore(args.model, args.start), args.out)

    image, text, tokenizer = load(args.out, 0.8)
    batch = torch.randint(0, 256, (4, 3, 256, 128)).float()
    ids, mask = encode(tokenizer, ["lady in a long green dress", "boy with a bag"])
    run = lambda path, feed: onnxruntime.InferenceSession(str(args.model / path)).run(None, feed)[0]
    with torch.no_grad():
        apart = [
            np.abs(run(IMAGE, {"pictures": batch.numpy()}) - image(batch).numpy()).max(),
            np.abs(run(TEXT, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}) - text(ids, mask).numpy()).max(),
        ]
    print(json.dumps({"image": float(apart[0]), "text": float(apart[1])}))
    if max(apart) > 1e-4:
        raise SystemExit("The restored towers do not answer as the exported ones do.")


if __name__ == "__main__":
    main()
