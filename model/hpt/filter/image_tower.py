"""The image tower: pictures [batch, 3, 256, 128] (RGB, 0..255) to one embedding [batch, 384] of length 1.

    backbone (OSNet-AIN, started from an OpenVINO IR)  ->  identity part [batch, 256]
    colour branch (own small CNN on the raw pixels) + backbone maps -> semantic head -> semantic part [batch, 128]
    embedding = [identity * a | semantic * b], a^2 + b^2 = 1

The backbone normalises each picture's channels (that is why a colour cast hardly moves it), so colours are partly lost in
it; the semantic head therefore looks at the pixels themselves too.
"""

import torch
import torch.nn.functional as F
from torch import nn

import openvino_ir

IDENTITY, SEMANTIC = 256, 128
DIMENSION = IDENTITY + SEMANTIC


class Backbone(nn.Module):
    """Runs the operation list of `openvino_ir.read`; every weight is a trainable parameter."""

    def __init__(self, ops: list[dict], weights: dict, mean, scale):
        super().__init__()
        self.ops = ops
        self.weights = nn.ParameterDict({k: nn.Parameter(torch.as_tensor(v).clone()) for k, v in weights.items()})
        self.register_buffer("mean", torch.as_tensor(mean).view(1, 3, 1, 1).clone())
        self.register_buffer("scale", torch.as_tensor(scale).view(1, 3, 1, 1).clone())
        pools = [op["out"] for op in ops if op["op"] == "avgpool"]
        convolutions = [op for op in ops if op["op"] == "conv" and max(op["stride"]) == 1]
        last = next(op for op in reversed(convolutions) if op["groups"] > 1)  # the global depthwise convolution
        self.middle, self.final = pools[-1], self.input_of(self.input_of(last["in"][0]))
        self.cut = next(i for i, op in enumerate(ops) if op["out"] == self.middle) + 1

    def input_of(self, name: str) -> str:
        return next(op for op in self.ops if op["out"] == name)["in"][0]

    @staticmethod
    def from_ir(xml_file: str) -> "Backbone":
        return Backbone(*openvino_ir.read(xml_file))

    def lower(self, pictures):
        """Pictures [batch, 3, 256, 128] in 0..255 to the middle map [batch, 384, 16, 8]: most of the work."""
        return self._run(self.ops[: self.cut], {"input": (pictures - self.mean) * self.scale}, [self.middle])[0]

    def upper(self, middle):
        """Middle map to identity [batch, 256] before normalisation and final map [batch, 512, 16, 8]."""
        return self._run(self.ops[self.cut :], {self.middle: middle}, [self.ops[-1]["out"], self.final])

    def upper_parameters(self) -> list[nn.Parameter]:
        names = {op[k] for op in self.ops[self.cut :] for k in ("weight", "bias") if op.get(k)}
        return [self.weights[name] for name in sorted(names)]

    def forward(self, pictures):
        """Identity [batch, 256] before normalisation, middle map and final map."""
        middle = self.lower(pictures)
        identity, final = self.upper(middle)
        return identity, middle, final

    def _run(self, ops: list[dict], values: dict, wanted: list[str]) -> list[torch.Tensor]:
        """Run operations, dropping each value after its last use."""
        last_use = {name: index for index, op in enumerate(ops) for name in op["in"]}
        for index, op in enumerate(ops):
            values[op["out"]] = self.apply_op(op, [values[name] for name in op["in"]])
            for name in set(op["in"]):
                if last_use[name] == index and name not in wanted:
                    del values[name]
        return [values[name] for name in wanted]

    def apply_op(self, op: dict, x: list[torch.Tensor]) -> torch.Tensor:
        weight = self.weights[op["weight"]] if op.get("weight") else None
        bias = self.weights[op["bias"]] if op.get("bias") else None
        match op["op"]:
            case "conv":
                return F.conv2d(x[0], weight, bias, op["stride"], op["padding"], 1, op["groups"])
            case "instance_norm":
                return F.instance_norm(x[0], weight=weight, bias=bias)
            case "group_norm":
                return F.group_norm(x[0], op["groups"], weight, bias)
            case "linear":
                return F.linear(x[0], weight, bias)
            case "prelu":
                return F.prelu(x[0], weight)
            case "relu":
                return F.relu(x[0])
            case "sigmoid":
                return torch.sigmoid(x[0])
            case "add":
                return x[0] + x[1]
            case "mul":
                return x[0] * x[1]
            case "mean":
                return x[0].mean((2, 3), keepdim=True)
            case "maxpool":
                return F.max_pool2d(x[0], op["kernel"], op["stride"], op["padding"])
            case "avgpool":
                return F.avg_pool2d(x[0], op["kernel"], op["stride"], op["padding"])
            case "flatten":
                return x[0].flatten(1)
        raise ValueError(f"unknown operation {op['op']}")


class ColourBranch(nn.Module):
    """Raw colours at the head's grid: [batch, 3, 256, 128] in 0..255 to [batch, width, 16, 8]."""

    def __init__(self, width: int = 96):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1), nn.GELU(), nn.Conv2d(32, 64, 3, 2, 1), nn.GELU(), nn.Conv2d(64, width, 3, 1, 1))

    def forward(self, pictures):
        small = F.avg_pool2d(pictures, 4) / 255 - 0.5  # [batch, 3, 64, 32]
        return self.layers(small)


class SemanticHead(nn.Module):
    """Learned queries attend over a 16 x 4 grid of body positions; their answers make the semantic part [batch, 128]."""

    def __init__(self, middle: int, final: int, width: int = 192, queries: int = 8, heads: int = 4, grid: int = 16 * 4):
        super().__init__()
        self.colour = ColourBranch()
        self.middle, self.final = nn.Linear(middle, width), nn.Linear(final, width)
        self.mixed = nn.Linear(96, width)
        self.norm = nn.LayerNorm(width)
        self.position = nn.Parameter(torch.randn(1, grid, width) * 0.02)
        self.queries = nn.Parameter(torch.randn(1, queries, width) * 0.5)
        self.heads = heads
        self.key, self.value = nn.Linear(width, width), nn.Linear(width, width)
        self.after = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.out = nn.Linear(queries * width, SEMANTIC)
        self.drop = nn.Dropout(0.2)

    def forward(self, pictures, middle_map, final_map):
        return self.from_maps(self.colour(pictures), middle_map, final_map)

    def from_maps(self, colour_map, middle_map, final_map):
        flat = lambda m: F.avg_pool2d(m, (1, 2)).flatten(2).transpose(1, 2)  # [batch, 16 x 4 positions, channels]
        tokens = self.middle(flat(middle_map)) + self.final(flat(final_map)) + self.mixed(flat(colour_map))
        tokens = self.norm(F.gelu(tokens) + self.position)
        batch, _, width = tokens.shape
        parts = lambda t: t.unflatten(2, (self.heads, width // self.heads)).transpose(1, 2)
        query = parts(self.queries.expand(batch, -1, -1))
        keys, values = parts(self.key(tokens)), parts(self.value(tokens))
        weight = (query @ keys.transpose(2, 3) * (width // self.heads) ** -0.5).softmax(-1)
        seen = (weight @ values).transpose(1, 2).flatten(2)  # [batch, queries, width]
        seen = seen + self.down(self.drop(F.gelu(self.up(self.after(seen)))))
        return self.out(self.drop(seen.flatten(1)))


class ImageTower(nn.Module):
    """Backbone and semantic head; see the module's head. `identity_weight` is a^2, settled by calibration."""

    def __init__(self, backbone: Backbone, identity_weight: float = 0.8):
        super().__init__()
        self.backbone = backbone
        width = lambda name: next(
            backbone.weights[op["bias"]].shape[0] for op in reversed(backbone.ops[: self._index(name) + 1]) if op.get("bias"))
        self.head = SemanticHead(width(backbone.middle), width(backbone.final))
        self.register_buffer("identity_weight", torch.tensor(float(identity_weight)))

    def _index(self, name: str) -> int:
        return next(i for i, op in enumerate(self.backbone.ops) if op["out"] == name)

    def parts(self, pictures):
        """Identity [batch, 256] and semantic [batch, 128], each of length 1."""
        identity, middle, final = self.backbone(pictures)
        return F.normalize(identity.float()), F.normalize(self.head(pictures, middle, final).float())

    def forward(self, pictures):
        identity, semantic = self.parts(pictures)
        weight = self.identity_weight
        return torch.cat([identity * weight.sqrt(), semantic * (1 - weight).sqrt()], 1)
