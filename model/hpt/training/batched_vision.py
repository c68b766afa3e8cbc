"""Qwen2-VL's vision tower for many pictures of one size: the same numbers as transformers' forward, without its loop over
pictures (a list of attention calls, one a picture, is most of the time of a small tower)."""

import torch
import torch.nn.functional as F


def rotary(visual, grid: tuple[int, int]):
    """cos and sin [1, 1, patches, head size], patches in merge-block order."""
    rows, columns = grid
    merge = visual.spatial_merge_size
    blocks = lambda p: p.reshape(rows // merge, merge, columns // merge, merge).permute(0, 2, 1, 3).flatten()
    row = blocks(torch.arange(rows)[:, None].expand(rows, columns))
    column = blocks(torch.arange(columns)[None].expand(rows, columns))
    frequencies = visual.rotary_pos_emb.inv_freq.float()
    angles = torch.cat([row[:, None] * frequencies, column[:, None] * frequencies], -1)
    angles = torch.cat([angles, angles], -1)[None, None]
    return angles.cos(), angles.sin()


def turn(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def encode(visual, patches: torch.Tensor, grid: tuple[int, int], stem: torch.Tensor | None = None, drop: float = 0.0):
    """patches [n, rows * columns, 3 * patch^2] (one still frame), stem [n, rows * columns, dim] already projected
    -> [n, rows * columns / merge^2, hidden]. `drop`: probability of leaving out the last block's path (stochastic depth)."""
    kernel = visual.patch_embed.proj.weight  # [dim, 3, frames, patch, patch]; a still picture is each of its frames
    x = F.linear(patches, kernel.sum(2).flatten(1))
    if stem is not None:
        x = x + stem
    cos, sin = rotary(visual, grid)
    count, heads = len(patches), visual.blocks[0].attn.num_heads

    def path(value, rate):
        if not visual.training or rate == 0:
            return value
        return value * (torch.rand(count, 1, 1) >= rate) / (1 - rate)

    for number, block in enumerate(visual.blocks):
        rate = drop * (number + 1) / len(visual.blocks)
        query, key, value = block.attn.qkv(block.norm1(x)).unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(turn(query, cos, sin), turn(key, cos, sin), value.to(torch.float32))
        x = x + path(block.attn.proj(mixed.transpose(1, 2).flatten(2)), rate)
        x = x + path(block.mlp(block.norm2(x)), rate)
    return visual.merger(x).reshape(count, -1, visual.merger.mlp[-1].out_features)
