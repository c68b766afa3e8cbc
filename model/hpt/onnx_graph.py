"""From a traced module to a file on disk: tracing, external data for large weights, dynamic int8 quantisation."""

import logging
import sys
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnx.external_data_helper import load_external_data_for_model
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

sys.path.append(str(Path(__file__).parent / "filter"))

from onnx_files import halve  # noqa: E402

OPSET = 17
# Protocol buffers end at 2 GiB; above this size the weights lie in a file `<name>.onnx_data` beside the graph.
INLINE_LIMIT = 1_500_000_000


def trace(module: nn.Module, inputs: tuple, names: list[str], outputs: list[str], axes: dict) -> onnx.ModelProto:
    """The module as an ONNX graph of plain operators; `axes` names the dynamic axes of inputs and outputs."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The tracer warns about every Python number that comes from a shape; those here are constants of the model.
        warnings.simplefilter("ignore")
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            module.eval(),
            inputs,
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
        )
        model = onnx.load(str(path), load_external_data=False)
        load_external_data_for_model(model, folder)
    model.producer_name, model.producer_version, model.doc_string = "chatreid", "", ""
    for node in model.graph.node:
        # Paths of the Python files that produced each node: of no use in the graph.
        node.doc_string = ""
    return model


def save(model: onnx.ModelProto, path: Path, inline_limit: int | None = None) -> None:
    """Writes the graph; weights of 1 KiB and more go to one file beside it when together they exceed `inline_limit`
    (default INLINE_LIMIT)."""
    data = path.with_name(path.name + "_data")
    data.unlink(missing_ok=True)
    weights = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    if weights <= (INLINE_LIMIT if inline_limit is None else inline_limit):
        onnx.save(model, str(path))
    else:
        onnx.save(model, str(path), save_as_external_data=True, all_tensors_to_one_file=True, location=data.name)
        data.chmod(0o644)


def store_in_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same arithmetic in float32, with matrices and kernels kept as float16 and a Cast behind each.

    ONNX Runtime computes the casts once, when it loads the file. Vectors (norms, biases, scales) stay: they are small.
    """
    halve(model, lambda tensor: len(tensor.dims) >= 2)
    return model


def quantize(source: Path, target: Path, halves: bool = False) -> None:
    """MatMul weights as 8-bit integers, scaled per output channel; activations are quantised as the graph runs.

    `halves`: what stays in float32 is stored in half, as store_in_half says (the kernels of a stem).
    Unsigned weights: the signed ones saturate on x86 processors without VNNI.
    """
    data = source.with_name(source.name + "_data")
    # It recommends a preparation that these graphs do not need: their shapes are plain and their constants folded.
    logging.disable(logging.WARNING)
    quantize_dynamic(
        str(source),
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QUInt8,
        use_external_data_format=data.exists(),
        extra_options={"MatMulConstBOnly": True},
    )
    logging.disable(logging.NOTSET)
    model = onnx.load(str(target))
    for extra in target.parent.glob(f"{target.name}.data"):
        extra.unlink()
    model.producer_name = "chatreid"
    save(store_in_half(model) if halves else model, target)
