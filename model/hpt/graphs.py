"""The three graphs of a Qwen2-VL model folder, with the names and types of the public ONNX exports."""

import onnx
import torch

from decoder_wrapper import DecoderWrapper
from embedding_wrapper import EmbeddingWrapper
from onnx_graph import trace
from vision_wrapper import VisionWrapper

VISION, EMBED, DECODER = "vision_encoder", "embed_tokens", "decoder_model_merged"


def vision_graph(model: torch.nn.Module) -> onnx.ModelProto:
    """pixel_values f32 [patches, 1176], grid_thw i64 [pictures, 3] -> image_features [patches / 4, hidden]."""
    vision = model.config.vision_config
    values = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    grid = torch.tensor([[1, 4, 6], [1, 2, 4]])
    pixels = torch.rand(int(grid.prod(dim=1).sum()), values)
    return trace(
        VisionWrapper(model.model.visual),
        (pixels, grid),
        ["pixel_values", "grid_thw"],
        ["image_features"],
        {"pixel_values": {0: "patches"}, "grid_thw": {0: "pictures"}, "image_features": {0: "vision_tokens"}},
    )


def embed_graph(model: torch.nn.Module, stored: torch.dtype, given: torch.dtype) -> onnx.ModelProto:
    """input_ids i64 [B, S] -> inputs_embeds [B, S, hidden]."""
    axes = {0: "batch_size", 1: "sequence_length"}
    return trace(
        EmbeddingWrapper(model.get_input_embeddings(), stored, given),
        (torch.zeros(2, 3, dtype=torch.int64),),
        ["input_ids"],
        ["inputs_embeds"],
        {"input_ids": axes, "inputs_embeds": axes},
    )


def decoder_graph(model: torch.nn.Module) -> onnx.ModelProto:
    """See DecoderWrapper; inputs_embeds, past and logits have the type of the model's weights."""
    wrapper = DecoderWrapper(model)
    dtype = wrapper.lm_head.weight.dtype
    layer, batch, past, new = wrapper.layers[0], 2, 3, 5
    inputs = [
        torch.rand(batch, new, model.config.text_config.hidden_size, dtype=dtype),
        torch.ones(batch, past + new, dtype=torch.int64),
        (torch.arange(new) + past).expand(3, batch, new).contiguous(),
        torch.tensor(1),
    ]
    names = ["inputs_embeds", "attention_mask", "position_ids", "num_logits_to_keep"]
    outputs = ["logits"]
    axes = {
        "inputs_embeds": {0: "batch_size", 1: "sequence_length"},
        "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
        "position_ids": {1: "batch_size", 2: "sequence_length"},
        "logits": {0: "batch_size", 1: "kept_length"},
    }
    for index in range(len(wrapper.layers)):
        for part in ("key", "value"):
            inputs.append(torch.rand(batch, layer.kv_heads, past, layer.head_dim, dtype=dtype))
            names.append(f"past_key_values.{index}.{part}")
            outputs.append(f"present.{index}.{part}")
            axes[names[-1]] = {0: "batch_size", 2: "past_sequence_length"}
            axes[outputs[-1]] = {0: "batch_size", 2: "total_sequence_length"}
    return trace(wrapper, tuple(inputs), names, outputs, axes)
