"""The people detector: a small convolutional network that gives, every eight pixels, a score and a box."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

STRIDE = 8


def conv(inside: int, outside: int, size: int, stride: int = 1, groups: int = 1, act: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inside, outside, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outside, momentum=0.03),
    ]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if act else nn.Sequential(*layers)


class Block(nn.Module):
    """Depthwise, then twice as wide and back, beside a short cut."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(width, width, size, groups=width, act=False),
            conv(width, 2 * width, 1),
            conv(2 * width, width, 1, act=False),
        )

    def forward(self, x):
        return x + self.body(x)


class Detector(nn.Module):
    """Pictures (N, 3, H, W), RGB 0 to 255, sides multiples of 32, to (N, 5, H/8, W/8): a score before the sigmoid and
    the distances from the cell's middle to left, top, right and bottom in pixels."""

    WIDTHS = (16, 32, 64, 96, 128)

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = self.WIDTHS
        self.stem = nn.Sequential(conv(3, a, 3, 2), conv(a, b, 3, 2))
        self.eight = nn.Sequential(conv(b, c, 3, 2), Block(c, 3), Block(c, 3))
        self.sixteen = nn.Sequential(conv(c, d, 3, 2), Block(d, 3), Block(d, 5), Block(d, 5))
        self.thirtytwo = nn.Sequential(conv(d, e, 3, 2), Block(e, 5), Block(e, 5), Block(e, 5))
        self.across = nn.ModuleList([nn.Conv2d(width, c, 1) for width in (c, d, e)])
        self.mix = nn.Sequential(Block(c, 5))
        self.head = conv(c, c, 3)
        self.out = nn.Conv2d(c, 5, 1)
        nn.init.normal_(self.out.weight, std=0.01)
        nn.init.zeros_(self.out.bias)
        self.out.bias.data[0] = -4.0
        self.out.bias.data[1:] = 1.0

    def forward(self, pictures):
        eight = self.eight(self.stem((pictures - 114.0) / 60.0))
        sixteen = self.sixteen(eight)
        thirtytwo = self.thirtytwo(sixteen)
        x = self.across[1](sixteen) + F.interpolate(self.across[2](thirtytwo), scale_factor=2.0, mode="nearest")
        x = self.mix(F.relu(self.across[0](eight) + F.interpolate(x, scale_factor=2.0, mode="nearest")))
        x = self.out(self.head(x))
        return torch.cat([x[:, :1], STRIDE * torch.exp(torch.clamp(x[:, 1:].float(), max=4.5))], 1)


def targets(people, height: int, width: int):
    """What the network should say of one picture. people: (box, share that shows) each. Returns score (h, w), which of
    the cells are not judged (h, w), box distances (4, h, w) and the weight of a box (h, w)."""
    rows, columns = height // STRIDE, width // STRIDE
    ys = (torch.arange(rows) + 0.5)[:, None] * STRIDE
    xs = (torch.arange(columns) + 0.5)[None, :] * STRIDE
    score, unjudged = torch.zeros(rows, columns), torch.zeros(rows, columns, dtype=torch.bool)
    sides, weight = torch.ones(4, rows, columns), torch.zeros(rows, columns)
    for (left, top, right, bottom), shown in people:
        wide, tall = right - left, bottom - top
        inside = (xs > left) & (xs < right) & (ys > top) & (ys < bottom)
        if shown < 0.25 or tall < 14:
            unjudged |= inside
            continue
        x, y = (left + right) / 2, (top + bottom) / 2
        spread_x, spread_y = max(wide * 0.14, 3.0), max(tall * 0.10, 3.0)
        bump = torch.exp(-(((xs - x) / spread_x) ** 2 + ((ys - y) / spread_y) ** 2) / 2)
        # The cell next to the middle counts fully.
        row, column = min(int(y / STRIDE), rows - 1), min(int(x / STRIDE), columns - 1)
        bump[row, column] = 1.0
        mine = (bump > weight) & (bump > 0.3)
        weight = torch.where(mine, bump, weight)
        box = torch.stack(torch.broadcast_tensors(xs - left, ys - top, right - xs, bottom - ys))
        sides = torch.where(mine[None], box.clamp(min=1.0), sides)
        score = torch.maximum(score, bump)
    return score, unjudged & (score < 0.3), sides, weight


def loss(output, wanted) -> torch.Tensor:
    """CenterNet's focal loss on the scores, and one minus the generalised overlap of the boxes."""
    score, unjudged, sides, weight = wanted
    logit = output[:, 0].float()
    right, wrong = F.logsigmoid(logit), F.logsigmoid(-logit)
    chance = torch.sigmoid(logit)
    peak = (score > 0.99).float()
    focal = -(peak * (1 - chance) ** 2 * right + (1 - peak) * (1 - score) ** 4 * chance**2 * wrong * (~unjudged))
    count = peak.sum().clamp(min=1.0)
    drawn = output[:, 1:].float()
    overlap = (torch.minimum(drawn[:, 0], sides[:, 0]) + torch.minimum(drawn[:, 2], sides[:, 2])) * (
        torch.minimum(drawn[:, 1], sides[:, 1]) + torch.minimum(drawn[:, 3], sides[:, 3])
    )
    hull = (torch.maximum(drawn[:, 0], sides[:, 0]) + torch.maximum(drawn[:, 2], sides[:, 2])) * (
        torch.maximum(drawn[:, 1], sides[:, 1]) + torch.maximum(drawn[:, 3], sides[:, 3])
    )
    union = (
        (drawn[:, 0] + drawn[:, 2]) * (drawn[:, 1] + drawn[:, 3])
        + (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3])
        - overlap
    )
    giou = overlap / union.clamp(min=1e-3) - (hull - union) / hull.clamp(min=1e-3)
    return focal.sum() / count + 2.0 * ((1 - giou) * weight).sum() / weight.sum().clamp(min=1.0)


def people_of(output, least: float = 0.05, overlap: float = 0.55):
    """Boxes (N, 4) and scores of one picture's output (5, h, w), the best of each heap; much as src/engine/people-detector.ts does."""
    score = torch.sigmoid(output[0])
    peaks = (score == F.max_pool2d(score[None, None], 3, 1, 1)[0, 0]) & (score > least)
    rows, columns = torch.nonzero(peaks, as_tuple=True)
    values, order = score[rows, columns].sort(descending=True)
    rows, columns = rows[order], columns[order]
    x, y = (columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE
    left, top, right, bottom = output[1:, rows, columns]
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], 1)
    kept: list[int] = []
    for i in range(len(boxes)):
        if all(iou(boxes[i], boxes[j]) < overlap for j in kept):
            kept.append(i)
    return boxes[kept], values[kept]


def iou(a, b) -> float:
    wide = min(float(a[2]), float(b[2])) - max(float(a[0]), float(b[0]))
    tall = min(float(a[3]), float(b[3])) - max(float(a[1]), float(b[1]))
    both = max(wide, 0.0) * max(tall, 0.0)
    area = [float((c[2] - c[0]) * (c[3] - c[1])) for c in (a, b)]
    return both / max(sum(area) - both, 1e-6)
