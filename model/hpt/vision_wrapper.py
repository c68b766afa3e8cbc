"""The vision encoder as one graph over any number of pictures: pixel_values [patches, 1176] -> [patches / 4, hidden]."""

import copy

import torch
from torch import nn

from layers import Projection, attend, mask_bias, rotate
from patch_layout import place


class VisionBlock(nn.Module):
    """One layer of the vision transformer (Hugging Face `Qwen2VLVisionBlock`)."""

    def __init__(self, block: nn.Module):
        super().__init__()
        self.norm1, self.norm2 = block.norm1, block.norm2
        self.qkv, self.proj = Projection.of(block.attn.qkv), Projection.of(block.attn.proj)
        self.fc1, self.fc2, self.act = Projection.of(block.mlp.fc1), Projection.of(block.mlp.fc2), block.mlp.act
        self.heads, self.head_dim = block.attn.num_heads, block.attn.head_dim

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """x [patches, dim]; cos, sin [patches, head_dim / 2]; bias [patches, patches]."""
        qkv = self.qkv(self.norm1(x)).reshape(-1, 3, self.heads, self.head_dim).permute(1, 2, 0, 3)
        query, key, value = rotate(qkv[0], cos, sin), rotate(qkv[1], cos, sin), qkv[2]
        mixed = attend(query, key, value, self.head_dim**-0.5, bias)
        x = x + self.proj(mixed.transpose(0, 1).reshape(-1, self.heads * self.head_dim))
        return x + self.fc2(self.act(self.fc1(self.norm2(x))))


class FloatStem(nn.Module):
    """The stem in float32 whatever the type of the model: its trunk sums squares of a picture's pixels, which would
    overflow a half. Its weights are those of the model's type."""

    def __init__(self, stem: nn.Module):
        super().__init__()
        self.stem = copy.deepcopy(stem).float()
        # As in the rest of the graph one MatMul, which is what 8 bits are for.
        self.project = Projection.of(self.stem.project)
        del self.stem.project

    def forward(self, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> torch.Tensor:
        return self.project(self.stem.norm(self.stem.features(pixel_values, grid_thw)))


class VisionWrapper(nn.Module):
    """Qwen2-VL's vision encoder (`Qwen2VisionTransformerPretrainedModel`) without Python loops over the pictures.

    Where a patch lies is worked out from grid_thw [pictures, 3] (frames, patch rows, patch columns) with tensor
    operations only (patch_layout), so the graph holds for any number of pictures of any sizes. A stem (vision_stem) is
    part of the graph.
    """

    def __init__(self, visual: nn.Module):
        super().__init__()
        kernel = visual.patch_embed.proj.weight
        # The convolution's kernel covers a patch exactly: it is a matrix product over the flattened patch.
        self.patch_embed = Projection(kernel.reshape(kernel.shape[0], -1))
        self.register_buffer("inv_freq", visual.rotary_pos_emb.inv_freq.float().clone(), persistent=False)
        self.blocks = nn.ModuleList(VisionBlock(block) for block in visual.blocks)
        self.norm = visual.merger.ln_q
        first, self.act, last = visual.merger.mlp
        self.fc1, self.fc2 = Projection.of(first), Projection.of(last)
        self.stem = FloatStem(visual.stem) if hasattr(visual, "stem") else None
        self.merge = visual.spatial_merge_size
        self.merged_dim = visual.merger.hidden_size

    def forward(self, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> torch.Tensor:
        patches = torch.arange(pixel_values.shape[0], dtype=torch.int64)
        row, column, segment = place(grid_thw, patches, self.merge)
        # Qwen2-VL turns half of the pairs by the row and half by the column.
        angles = torch.cat((row[:, None].float() * self.inv_freq, column[:, None].float() * self.inv_freq), dim=-1)
        cos, sin = angles.cos(), angles.sin()
        bias = mask_bias(segment[:, None] == segment[None, :])
        x = self.patch_embed(pixel_values.to(self.patch_embed.weight.dtype))
        if self.stem is not None:
            x = x + self.stem(pixel_values, grid_thw).to(x.dtype)
        for block in self.blocks:
            x = block(x, cos, sin, bias)
        x = self.norm(x).reshape(-1, self.merged_dim)
        return self.fc2(self.act(self.fc1(x)))
