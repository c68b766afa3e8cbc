"""Read a convolutional OpenVINO IR (xml + bin) into a plain list of operations with trainable weights.

Used to START a backbone from a published network; the original file is named on the command line and never stored here.
Written for the OSNet-AIN family of Open Model Zoo (person-reidentification-retail-0277, 0286, 0287, 0288; Apache-2.0)
and general over it: every operation of these graphs is handled, any other raises.

An operation is {"op", "out", "in": [names], and its constants}. Weights are kept apart in a dictionary by name, so that a
weight used by several operations (the gates of OSNet) stays one weight.
"""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

NUMPY_TYPES = {"f16": np.float16, "f32": np.float32, "i64": np.int64, "i32": np.int32}


class Graph:
    """The layers and edges of an IR file; constants are read on demand."""

    def __init__(self, xml_file: str):
        root = ET.parse(xml_file).getroot()
        self.layers = {layer.get("id"): layer for layer in root.find("layers")}
        self.blob = Path(xml_file).with_suffix(".bin").read_bytes()
        self.sources: dict[str, list[str]] = {}
        for edge in sorted(root.find("edges"), key=lambda e: int(e.get("to-port"))):
            self.sources.setdefault(edge.get("to-layer"), []).append(edge.get("from-layer"))

    def type(self, layer: str) -> str:
        return self.layers[layer].get("type")

    def data(self, layer: str, name: str) -> str:
        return self.layers[layer].find("data").get(name)

    def numbers(self, layer: str, name: str) -> list[int]:
        return [int(value) for value in self.data(layer, name).split(",")]

    def constant(self, layer: str) -> np.ndarray | None:
        """The array of a Const layer, seen through Convert; None for a computed value."""
        if self.type(layer) == "Convert":
            value = self.constant(self.sources[layer][0])
            return None if value is None else value.astype(np.float32)
        if self.type(layer) != "Const":
            return None
        shape = [int(s) for s in self.data(layer, "shape").split(",") if s] if self.data(layer, "shape") else []
        kind = np.dtype(NUMPY_TYPES[self.data(layer, "element_type")])
        offset, size = int(self.data(layer, "offset")), int(self.data(layer, "size"))
        return np.frombuffer(self.blob, kind, size // kind.itemsize, offset).reshape(shape)


def read(xml_file: str) -> tuple[list[dict], dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Operations, weights, and the input's mean and scale in RGB order: x = (pixel - mean) * scale.

    A bias Add joins its convolution; MVN with its Multiply and Add becomes one instance or group norm; the batch norm after
    the last fully connected layer is folded into it.
    """
    graph = Graph(xml_file)
    ops: list[dict] = []
    weights: dict[str, np.ndarray] = {}
    alias: dict[str, str] = {}  # layer -> the operation whose output it is
    by_out: dict[str, dict] = {}
    mean, scale = np.zeros(3, np.float32), np.ones(3, np.float32)

    def keep(layer: str, shape: tuple | None = None) -> str:
        value = np.asarray(graph.constant(layer), np.float32)
        weights.setdefault(f"w{layer}", value.reshape(shape) if shape else value)
        return f"w{layer}"

    def emit(layer: str, op: str, inputs: list[str], **rest) -> None:
        by_out[layer] = {"op": op, "out": layer, "in": inputs, **rest}
        ops.append(by_out[layer])

    for layer in graph.layers:
        kind, sources = graph.type(layer), graph.sources.get(layer, [])
        inputs = [alias.get(s, s) for s in sources]
        constant = graph.constant(sources[1]) if len(sources) > 1 else None
        producer = by_out.get(inputs[0]) if inputs else None
        if kind in ("Const", "Convert", "Result", "ShapeOf", "Concat"):
            continue
        if kind == "Parameter":
            alias[layer] = "input"
        elif kind == "Gather":  # BGR to RGB at the input, or part of a computed shape: nothing to do
            alias[layer] = inputs[0]
        elif kind == "Subtract" and inputs[0] == "input":
            mean, alias[layer] = constant.reshape(3), "input"
        elif kind in ("Convolution", "GroupConvolution"):
            groups = 1 if kind == "Convolution" else constant.shape[0]
            shape = None if groups == 1 else (constant.shape[0] * constant.shape[1], *constant.shape[2:])
            emit(layer, "conv", inputs[:1], weight=keep(sources[1], shape), bias=None, groups=groups,
                 stride=graph.numbers(layer, "strides"), padding=graph.numbers(layer, "pads_begin"))
        elif kind == "MVN":
            op = "group_norm" if producer and producer["op"] == "split" else "instance_norm"
            first = producer["in"] if op == "group_norm" else inputs[:1]
            emit(layer, op, first, weight=None, bias=None, groups=producer["groups"] if op == "group_norm" else 0)
            if op == "group_norm":
                ops.remove(producer)
        elif kind == "Multiply" and inputs[0] == "input" and not ops:
            scale, alias[layer] = constant.reshape(3), "input"
        elif kind == "Multiply" and constant is not None and producer["op"] in ("instance_norm", "group_norm"):
            producer["weight"], alias[layer] = keep(sources[1], (-1,)), inputs[0]
        elif kind == "Multiply" and constant is not None and producer["op"] == "linear":
            for name in ("weight", "bias"):
                value = weights[producer[name]]
                weights[producer[name]] = value * constant.reshape(-1, *[1] * (value.ndim - 1))
            alias[layer] = inputs[0]
        elif kind == "Add" and constant is not None and producer.get("bias"):
            weights[producer["bias"]] = weights[producer["bias"]] + constant.reshape(-1)
            alias[layer] = inputs[0]
        elif kind == "Add" and constant is not None:
            producer["bias"], alias[layer] = keep(sources[1], (-1,)), inputs[0]
        elif kind in ("Add", "Multiply"):
            emit(layer, "add" if kind == "Add" else "mul", inputs)
        elif kind in ("ReLU", "Sigmoid"):
            emit(layer, kind.lower(), inputs)
        elif kind in ("MaxPool", "AvgPool"):
            emit(layer, kind.lower(), inputs, kernel=graph.numbers(layer, "kernel"),
                 stride=graph.numbers(layer, "strides"), padding=graph.numbers(layer, "pads_begin"))
        elif kind == "ReduceMean":
            emit(layer, "mean", inputs[:1])
        elif kind == "MatMul":
            emit(layer, "linear", inputs[:1], weight=keep(sources[1]), bias=None)
        elif kind == "PReLU":
            emit(layer, "prelu", inputs[:1], weight=keep(sources[1], (-1,)))
        elif kind == "Reshape" and constant is not None and constant.size == 3:
            emit(layer, "split", inputs[:1], groups=int(constant[1]))
        elif kind == "Reshape" and constant is not None and constant.size == 2 and constant[0] == -1:
            emit(layer, "flatten", inputs[:1])
        elif kind == "Reshape":  # back to the shape before a split, or [batch, n] kept as it is
            alias[layer] = inputs[0]
        else:
            raise ValueError(f"{xml_file}: operation {kind} is not handled; add it to openvino_ir.read")
    return ops, weights, mean, scale
