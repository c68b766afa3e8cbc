"""Building blocks of the exported graphs, over the weights of the Hugging Face modules."""

import torch
from torch import nn


class Projection(nn.Module):
    """A linear layer with its weight kept as [inputs, outputs], so that the graph holds one MatMul and no Transpose."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None):
        """`weight` is [outputs, inputs] as in nn.Linear; its storage is shared, not copied."""
        super().__init__()
        self.weight = nn.Parameter(weight.detach().t(), requires_grad=False)
        self.bias = None if bias is None else nn.Parameter(bias.detach(), requires_grad=False)

    @classmethod
    def of(cls, linear: nn.Linear) -> "Projection":
        return cls(linear.weight, linear.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.matmul(x, self.weight)
        return y if self.bias is None else y + self.bias


class RMSNorm(nn.Module):
    """Root-mean-square norm, computed in float32 whatever the weights' type."""

    def __init__(self, norm: nn.Module):
        super().__init__()
        self.weight = nn.Parameter(norm.weight.detach(), requires_grad=False)
        self.eps = norm.variance_epsilon

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * wide.to(x.dtype)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary positions: pairs (i, i + D/2) of the last axis turned by the angles whose cos and sin are [..., D/2] float32."""
    half = x.shape[-1] // 2
    first, second = x[..., :half].float(), x[..., half:].float()
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1).to(x.dtype)


def mask_bias(allowed: torch.Tensor) -> torch.Tensor:
    """0 where attention is allowed, else a number so low that exp() is exactly 0, but finite: a row with nothing
    allowed (padding) stays a number and cannot spread NaN."""
    lowest = torch.tensor(-1e30, dtype=torch.float32)
    return torch.where(allowed, torch.zeros((), dtype=torch.float32), lowest)


def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float, bias: torch.Tensor) -> torch.Tensor:
    """Attention over [..., groups * S, D] queries and [..., T, D] keys; `bias` broadcasts to [..., groups, S, T].

    The query is scaled before the product (float16 scores of the public weights come near the type's limit) and the
    softmax runs in float32.
    """
    scores = torch.matmul(query * scale, key.transpose(-1, -2)).float()
    rows = scores.shape
    split = scores.reshape(*rows[:-2], -1, bias.shape[-2], rows[-1]) + bias
    weights = torch.softmax(split, dim=-1).to(value.dtype).reshape(rows)
    return torch.matmul(weights, value)
