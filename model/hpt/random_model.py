"""Qwen2-VL models of real architecture with seeded random weights: `tiny` for the tests, `mid` for the benchmarks."""

import torch
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

import tiny_tokenizer
from qwen2vl_format import CONTROL_TOKENS, PREPROCESSOR
from vision_stem import VisionStem

# tiny: about 0.2 M parameters. mid: about 60 M, with head sizes (64 and 80) near those of the public models.
SIZES = {
    "tiny": {
        "text": {
            "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2,
        },
        "mrope_section": [2, 3, 3],
        "vision": {"depth": 2, "embed_dim": 32, "num_heads": 2},
    },
    "mid": {
        "text": {
            "hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 12,
            "num_attention_heads": 8, "num_key_value_heads": 2,
        },
        "mrope_section": [8, 12, 12],
        "vision": {"depth": 8, "embed_dim": 320, "num_heads": 4},
    },
}


def configure(size: str, tied: bool = True) -> Qwen2VLConfig:
    """`tied`: one table for embedding and lm_head, as in the 2B (the 7B has two)."""
    shape, first = SIZES[size], tiny_tokenizer.VOCABULARY - len(CONTROL_TOKENS)

    def token(name: str) -> int:
        return first + CONTROL_TOKENS.index(name)

    text = {
        **shape["text"],
        "vocab_size": tiny_tokenizer.VOCABULARY,
        "max_position_embeddings": 32768,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": shape["mrope_section"]},
        "tie_word_embeddings": tied,
        "bos_token_id": token("<|endoftext|>"),
        "eos_token_id": token("<|im_end|>"),
    }
    config = Qwen2VLConfig(
        text_config=text,
        vision_config={**shape["vision"], "hidden_size": shape["text"]["hidden_size"], "mlp_ratio": 4, "in_channels": 3},
        tie_word_embeddings=tied,
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        vision_token_id=token("<|vision_pad|>"),
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
    )
    config._attn_implementation = "eager"
    return config


def fill(model: torch.nn.Module, seed: int, gain: float) -> None:
    """Seeded weights: norms near one, biases near zero, matrices with the gain `gain`.

    0.02 as at the start of training would leave every answer alike; a gain of 2 makes them depend sharply on every
    picture and word.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() == 1:
                weight.copy_((1.0 if "weight" in name else 0.0) + 0.1 * noise)
            elif "embed_tokens" in name or "lm_head" in name:
                weight.copy_(noise * 0.25)
            else:
                weight.copy_(noise * gain / weight[0].numel() ** 0.5)


def build(size: str, seed: int, gain: float = 2.0, tied: bool = True) -> Qwen2VLForConditionalGeneration:
    """The model in float32, ready to run."""
    model = Qwen2VLForConditionalGeneration(configure(size, tied)).eval()
    fill(model, seed, gain)
    model.tie_weights()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model


def random_trunk() -> tuple[list[dict], dict[str, list[int]]]:
    """Operations and weight shapes of a stem's trunk of the filter's form, with few channels: maps of 8 and 8."""
    weights = {"a": [8, 3, 3, 3], "ab": [8], "b": [8, 8, 1, 1], "bb": [8], "c": [8, 8, 1, 1], "cb": [8],
               "d": [8, 1, 16, 8], "db": [8], "e": [4, 8], "eb": [4]}

    def conv(out, source, name, stride=1, padding=0, groups=1):
        return {"op": "conv", "out": out, "in": [source], "weight": name, "bias": name + "b", "groups": groups,
                "stride": [stride] * 2, "padding": [padding] * 2}

    def pool(out, source, size):
        return {"op": "avgpool", "out": out, "in": [source], "kernel": [size] * 2, "stride": [size] * 2, "padding": [0, 0]}

    ops = [conv("1", "input", "a", 2, 1), pool("2", "1", 4), pool("3", "2", 2), conv("4", "3", "b"), {"op": "relu", "out": "5", "in": ["4"]},
           conv("6", "5", "c"), {"op": "relu", "out": "7", "in": ["6"]}, conv("8", "7", "d", groups=8),
           {"op": "flatten", "out": "9", "in": ["8"]}, {"op": "linear", "out": "10", "in": ["9"], "weight": "e", "bias": "eb"}]
    return ops, weights


def random_stem(vision, seed: int = 5) -> VisionStem:
    """A stem for the `vision_config` of a model."""
    ops, weights = random_trunk()
    colour = 6
    torch.manual_seed(seed)
    stem = VisionStem({
        "embed_dim": vision.embed_dim, "patch_size": vision.patch_size, "temporal_patch_size": vision.temporal_patch_size,
        "merge_size": vision.spatial_merge_size, "image_mean": PREPROCESSOR["image_mean"], "image_std": PREPROCESSOR["image_std"],
        "channels": 8 + 8 + colour, "colour": colour, "weights": weights,
    }, ops)
    for weight in stem.trunk.weights.values():
        torch.nn.init.normal_(weight, std=0.1)
    stem.trunk.mean.fill_(120)
    stem.trunk.scale.fill_(0.02)
    return stem.eval()
