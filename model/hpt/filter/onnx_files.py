"""Write a module as an ONNX file with a free batch size, and store its weights in half precision.

Half-precision storage keeps the arithmetic in float32: each large weight becomes a float16 initialiser followed by a Cast,
which ONNX Runtime folds when it loads the file.
"""

import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper


def export(module: torch.nn.Module, inputs: tuple, input_names: list[str], output_names: list[str], path: str,
           free: list[dict[int, str]]) -> None:
    """Export `module` in evaluation mode; `free` names the free dimensions of each input.

    The TorchScript exporter on purpose: one second against minutes for these graphs.
    """
    module.eval()
    axes = {**dict(zip(input_names, free)), **{name: {0: "batch"} for name in output_names}}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, inputs, path, input_names=input_names, output_names=output_names, dynamo=False,
                          dynamic_axes=axes, opset_version=18)


def halve(model: onnx.ModelProto, wanted: Callable[[TensorProto], bool]) -> None:
    """The same arithmetic in float32, with the float32 weights that are `wanted` kept as float16 and a Cast behind each."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or not wanted(tensor):
            continue
        name, kept = tensor.name, f"{tensor.name}_half"
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), kept))
        casts.append(helper.make_node("Cast", [kept], [name], name=f"{name}_cast", to=TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)


def store_in_half(path: str, smallest: int = 256) -> None:
    """Rewrite the file: float32 weights of more than `smallest` numbers are stored as float16 and cast back."""
    model = onnx.load(path)
    halve(model, lambda tensor: math.prod(tensor.dims) > smallest)
    del model.graph.value_info[:]
    for holder in (model.graph, *model.graph.node):
        holder.doc_string = ""
    for node in model.graph.node:  # the exporter records its own source lines here
        del node.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.checker.check_model(model)
    onnx.save(model, path)
