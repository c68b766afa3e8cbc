"""The language model as one graph with explicit keys and values: prefill, continuation and batches in one."""

import torch
from torch import nn

from layers import Projection, RMSNorm, attend, mask_bias, rotate


class DecoderLayer(nn.Module):
    """One decoder layer (Hugging Face `Qwen2VLDecoderLayer`), grouped-query attention."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        attention, mlp = layer.self_attn, layer.mlp
        self.input_layernorm = RMSNorm(layer.input_layernorm)
        self.post_attention_layernorm = RMSNorm(layer.post_attention_layernorm)
        self.q_proj, self.k_proj = Projection.of(attention.q_proj), Projection.of(attention.k_proj)
        self.v_proj, self.o_proj = Projection.of(attention.v_proj), Projection.of(attention.o_proj)
        self.gate_proj, self.up_proj = Projection.of(mlp.gate_proj), Projection.of(mlp.up_proj)
        self.down_proj, self.act = Projection.of(mlp.down_proj), mlp.act_fn
        self.kv_heads, self.groups = attention.num_key_value_heads, attention.num_key_value_groups
        self.head_dim = attention.head_dim

    def forward(self, x, cos, sin, bias, past_key, past_value):
        """x [B, S, hidden]; cos, sin [B, 1, S, D/2]; bias [B, 1, 1, S, P+S]; past [B, kv_heads, P, D]."""
        batch, length = x.shape[0], x.shape[1]
        normed = self.input_layernorm(x)
        query = self.q_proj(normed).reshape(batch, length, self.kv_heads * self.groups, self.head_dim).transpose(1, 2)
        key = self.k_proj(normed).reshape(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        value = self.v_proj(normed).reshape(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        key = torch.cat((past_key, rotate(key, cos, sin)), dim=2)
        value = torch.cat((past_value, value), dim=2)
        # The query heads that share a key head are stacked: one product a key head instead of repeated keys.
        query = rotate(query, cos, sin).reshape(batch, self.kv_heads, -1, self.head_dim)
        mixed = attend(query, key, value, self.head_dim**-0.5, bias)
        mixed = mixed.reshape(batch, self.kv_heads * self.groups, length, self.head_dim).transpose(1, 2)
        x = x + self.o_proj(mixed.reshape(batch, length, -1))
        normed = self.post_attention_layernorm(x)
        x = x + self.down_proj(self.act(self.gate_proj(normed)) * self.up_proj(normed))
        return x, key, value


class DecoderWrapper(nn.Module):
    """inputs_embeds [B, S, hidden], attention_mask [B, P+S], position_ids [3, B, S], num_logits_to_keep [] and the past
    (key, value of each layer, [B, kv_heads, P, head_dim]) -> logits [B, kept, vocabulary] and the grown past.

    Causal over past and new. Where attention_mask is 0 nothing looks, wherever the padding lies. num_logits_to_keep 0
    means all positions.
    """

    def __init__(self, model: nn.Module):
        super().__init__()
        text = model.model.language_model
        if "sliding_attention" in text.config.layer_types:
            raise ValueError("this model uses sliding-window attention, which the exported graph does not have")
        rotary = text.rotary_emb
        self.register_buffer("inv_freq", rotary.inv_freq.float().clone(), persistent=False)
        self.attention_scaling = float(rotary.attention_scaling)
        self.sections = list(text.config.rope_scaling["mrope_section"])
        self.layers = nn.ModuleList(DecoderLayer(layer) for layer in text.layers)
        self.norm = RMSNorm(text.norm)
        # Of a tied model this is the embedding's own storage.
        self.lm_head = Projection.of(model.lm_head)

    def angles(self, position_ids: torch.Tensor) -> torch.Tensor:
        """M-RoPE (Qwen2-VL, section 2.1): [B, 1, S, D/2]; the pairs are shared out to time, row and column."""
        all_axes = position_ids[..., None].float() * self.inv_freq
        first, second, _ = self.sections
        time = all_axes[0, :, :, :first]
        row = all_axes[1, :, :, first : first + second]
        column = all_axes[2, :, :, first + second :]
        return torch.cat((time, row, column), dim=-1)[:, None]

    def forward(self, inputs_embeds, attention_mask, position_ids, num_logits_to_keep, *past):
        length, total = inputs_embeds.shape[1], attention_mask.shape[1]
        keys = torch.arange(total, dtype=torch.int64)
        queries = torch.arange(length, dtype=torch.int64) + (total - length)
        allowed = (keys[None, :] <= queries[:, None])[None] & (attention_mask[:, None, :] > 0)
        bias = mask_bias(allowed)[:, None, None]
        angles = self.angles(position_ids)
        cos, sin = angles.cos() * self.attention_scaling, angles.sin() * self.attention_scaling
        x, present = inputs_embeds, []
        for index, layer in enumerate(self.layers):
            x, key, value = layer(x, cos, sin, bias, past[2 * index], past[2 * index + 1])
            present += [key, value]
        # A slice from -0 is a slice from 0: all positions.
        return (self.lm_head(self.norm(x[:, -num_logits_to_keep:, :])), *present)
