"""Compares an exported folder with the Hugging Face implementation on random inputs that use every dynamic axis."""

from dataclasses import dataclass

import numpy as np
import torch

from onnx_runner import OnnxRunner

# Largest difference allowed, as a share of the largest reference value (at least 1).
TOLERANCE = {"fp32": 1e-4, "half": 1e-2, "fp16": 2e-2, "int8": 2.5e-1}


@dataclass(frozen=True)
class Reference:
    """Inputs and the Hugging Face model's float32 answers, kept so that the model itself may go."""

    pixel_values: np.ndarray
    grid_thw: np.ndarray
    features: np.ndarray
    ids: np.ndarray
    mask: np.ndarray
    positions: np.ndarray
    embeds: np.ndarray
    logits: np.ndarray
    split: int


def reference(model: torch.nn.Module, seed: int = 1) -> Reference:
    """Three pictures of different sizes (one of two frames), and a left-padded batch of two with scattered positions."""
    vision = model.config.vision_config
    random = torch.Generator().manual_seed(seed)
    grid = torch.tensor([[1, 4, 6], [2, 2, 4], [1, 10, 4]])
    values = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    pixels = torch.randn(int(grid.prod(dim=1).sum()), values, generator=random)
    length, padding = 12, 4
    ids = torch.randint(0, model.config.text_config.vocab_size - 20, (2, length), generator=random)
    mask = torch.ones(2, length, dtype=torch.int64)
    mask[1, :padding] = 0
    positions = torch.randint(0, 40, (3, 2, length), generator=random)
    with torch.no_grad():
        features = model.model.visual(pixels, grid_thw=grid)
        embeds = model.get_input_embeddings()(ids)
        logits = model(inputs_embeds=embeds, attention_mask=mask, position_ids=positions, use_cache=False).logits
    arrays = [tensor.float().numpy() if tensor.is_floating_point() else tensor.numpy()
              for tensor in (pixels, grid, features, ids, mask, positions, embeds, logits)]
    return Reference(*arrays, split=7)


def difference(actual: np.ndarray, expected: np.ndarray) -> float:
    """Largest absolute difference over max(1, largest expected value); NaN counts as infinite."""
    gap = np.abs(actual.astype(np.float64) - expected).max() / max(1.0, np.abs(expected).max())
    return float("inf") if np.isnan(gap) else float(gap)


def compare(runner: OnnxRunner, wanted: Reference) -> dict[str, float]:
    """Name of each check -> its difference."""
    real = wanted.mask.astype(bool)
    embeds = runner.embed(wanted.ids)
    logits, _ = runner.decode(embeds, wanted.mask, wanted.positions, keep=0)
    last, _ = runner.decode(embeds, wanted.mask, wanted.positions, keep=1)
    cut = wanted.split
    _, past = runner.decode(embeds[:, :cut], wanted.mask[:, :cut], wanted.positions[:, :, :cut], keep=1)
    continued, _ = runner.decode(embeds[:, cut:], wanted.mask, wanted.positions[:, :, cut:], past, keep=0)
    return {
        "image_features": difference(runner.features(wanted.pixel_values, wanted.grid_thw), wanted.features),
        "inputs_embeds": difference(embeds, wanted.embeds),
        "logits": difference(logits[real], wanted.logits[real]),
        "last logits": difference(last[:, 0], wanted.logits[:, -1]),
        "logits after past": difference(continued[real[:, cut:]], wanted.logits[:, cut:][real[:, cut:]]),
        "padding is finite": 0.0 if np.isfinite(logits.astype(np.float32)).all() else float("inf"),
    }
