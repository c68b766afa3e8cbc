"""A convolutional stem for small Qwen2-VL models: the maps of the base filter, added to the patch embedding.

    pixel_values, grid_thw -> RGB pictures -> [frames, 3, 256, 128] -> frozen trunk and colour branch of the base filter
    -> maps [frames, channels, 16, 8], and what the trunk says of the whole picture at each place of them
    -> sampled at the centre of each patch -> [patches, channels]
    -> norm -> project -> [patches, embed_dim], which is added to what Qwen2-VL's own patch embedding gives

A model of a few million parameters cannot learn to see from little data; the filter's trunk has. A model whose
`vision_config` has no `stem` is a plain Qwen2-VL and stays one.
"""

import copy
import sys
from pathlib import Path

import torch
from torch import nn
from transformers import Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.modeling_qwen2_vl import Qwen2VisionTransformerPretrainedModel

from patch_layout import frames, place, resampling
from qwen2vl_format import PREPROCESSOR

sys.path.append(str(Path(__file__).parent / "filter"))

from image_tower import Backbone, ColourBranch  # noqa: E402

HEIGHT, WIDTH = 256, 128


class VisionStem(nn.Module):
    """`config` is the `stem` section of `vision_config`; `ops` the trunk's operation list when it is not in there.

    config: embed_dim, patch_size, temporal_patch_size, merge_size, image_mean and image_std (of the preprocessor), channels
    (of all maps), colour (of them, the colour branch's), identity (of them, the trunk's embedding; absent: none), weights
    (name -> shape of the trunk), ops.
    """

    def __init__(self, config: dict, ops: list | None = None):
        super().__init__()
        self.config = {**config, "ops": config["ops"] if ops is None else ops}
        weights = {name: torch.zeros(shape) for name, shape in config["weights"].items()}
        self.trunk = Backbone(self.config["ops"], weights, torch.zeros(3), torch.ones(3))
        self.colour = ColourBranch(config["colour"])
        for frozen in (self.trunk, self.colour):
            frozen.requires_grad_(False)
        self.norm = nn.LayerNorm(config["channels"])
        self.project = nn.Linear(config["channels"], config["embed_dim"])

    def train(self, mode: bool = True) -> "VisionStem":
        super().train(mode)
        self.trunk.eval()
        self.colour.eval()
        return self

    def pictures(self, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> torch.Tensor:
        """Each frame as the trunk takes it: [frames, 3, 256, 128], RGB 0..255, float32. Of a patch's frames the first."""
        size, merge, count = self.config["patch_size"], self.config["merge_size"], self.config["temporal_patch_size"]
        std = torch.tensor(self.config["image_std"], device=pixel_values.device).view(3, 1, 1) * 255
        mean = torch.tensor(self.config["image_mean"], device=pixel_values.device).view(3, 1, 1) * 255
        colours = pixel_values.float().reshape(-1, 3, count, size * size)[:, :, 0].reshape(-1, 3 * size * size)
        first, rows, columns = (part[:, None] for part in frames(grid_thw))
        most_rows, most_columns = rows.max(), columns.max()
        row = torch.arange(most_rows, device=grid_thw.device)
        column = torch.arange(most_columns, device=grid_thw.device)
        down = row // merge * (columns // merge) * merge**2 + row % merge * merge
        across = column // merge * merge**2 + column % merge
        # Every frame on a canvas of the largest one's size; what lies beyond a frame is never looked at.
        patch = (first[:, :, None] + down[:, :, None] + across).clamp(max=pixel_values.shape[0] - 1)
        canvas = colours[patch].unflatten(3, (3, size, size)).permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3)
        places = lambda count: torch.arange(count, device=grid_thw.device)[None]
        high = resampling(rows * size, HEIGHT, most_rows * size, places(HEIGHT))
        wide = resampling(columns * size, WIDTH, most_columns * size, places(WIDTH))
        pictures = high[:, None] @ (canvas @ wide.transpose(1, 2)[:, None])
        return pictures * std + mean

    def maps(self, pictures: torch.Tensor) -> torch.Tensor:
        """[frames, 3, 256, 128] -> [frames, channels, 16, 8]: middle and final map of the trunk, colours, the trunk's embedding."""
        pictures = pictures.to(self.trunk.mean.dtype)
        identity, middle, final = self.trunk(pictures)
        seen = [middle, final, self.colour(pictures)]
        if self.config.get("identity"):
            seen.append(everywhere(identity)[:, :, None, None].expand(-1, -1, *middle.shape[2:]))
        return torch.cat(seen, dim=1)

    def at_patches(self, maps: torch.Tensor, grid_thw: torch.Tensor, count) -> torch.Tensor:
        """Maps sampled at the centre of each of `count` patches, in the order of pixel_values: [patches, channels]."""
        high, wide = maps.shape[2], maps.shape[3]
        patches = torch.arange(count, dtype=torch.int64, device=grid_thw.device)
        row, column, _ = place(grid_thw, patches, self.config["merge_size"])
        first, rows, columns = frames(grid_thw)
        most_rows, most_columns = rows.max(), columns.max()
        places = lambda most: torch.arange(most, device=grid_thw.device)[None]
        down = resampling(high, rows[:, None], high, places(most_rows))
        across = resampling(wide, columns[:, None], wide, places(most_columns))
        weights = (down[:, :, None, :, None] * across[:, None, :, None, :]).flatten(3, 4).flatten(1, 2).to(maps.dtype)
        sampled = (weights @ maps.flatten(2).transpose(1, 2)).flatten(0, 1)
        frame = (patches[:, None] >= first[None, :]).to(torch.int64).sum(dim=1) - 1
        return sampled[(frame * most_rows + row) * most_columns + column]

    def features(self, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> torch.Tensor:
        """pixel_values [patches, 3 * frames * size^2] -> [patches, channels]. No gradient: the trunk is frozen."""
        with torch.no_grad():
            maps = self.maps(self.pictures(pixel_values, grid_thw))
            return self.at_patches(maps, grid_thw, pixel_values.shape[0])

    def embed(self, features: torch.Tensor) -> torch.Tensor:
        """Features [patches, channels], here or kept from before, to [patches, embed_dim]."""
        return self.project(self.norm(features.to(self.norm.weight.dtype)))

    def forward(self, pixel_values: torch.Tensor, grid_thw: torch.Tensor) -> torch.Tensor:
        return self.embed(self.features(pixel_values, grid_thw))


def everywhere(identity: torch.Tensor) -> torch.Tensor:
    """The trunk's embedding [n, width] as it stands among the channels of each patch: as large as they are, one on average."""
    return nn.functional.normalize(identity) * identity.shape[1] ** 0.5


class StemmedVision(Qwen2VisionTransformerPretrainedModel):
    """Qwen2-VL's vision encoder with `stem`. `stem_features` [patches, channels]: kept features, instead of computing them."""

    def forward(self, hidden_states, grid_thw, stem_features=None, **kwargs):
        added = self.stem(hidden_states, grid_thw) if stem_features is None else self.stem.embed(stem_features)
        x = self.patch_embed(hidden_states) + added
        angles = self.rot_pos_emb(grid_thw)
        turned = torch.cat((angles, angles), dim=-1)
        ends = torch.repeat_interleave(grid_thw[:, 1] * grid_thw[:, 2], grid_thw[:, 0]).cumsum(dim=0, dtype=torch.int32)
        bounds = nn.functional.pad(ends, (1, 0), value=0)
        for block in self.blocks:
            x = block(x, cu_seqlens=bounds, position_embeddings=(turned.cos(), turned.sin()), **kwargs)
        return self.merger(x)


class _Loading(Qwen2VLForConditionalGeneration):
    """Builds the stem that the configuration names before the weights are read."""

    def __init__(self, config):
        super().__init__(config)
        section = getattr(config.vision_config, "stem", None)
        if section:
            attach(self, VisionStem(section))


def attach(model: Qwen2VLForConditionalGeneration, stem: VisionStem) -> Qwen2VLForConditionalGeneration:
    """The same model with `model.model.visual.stem`; its configuration names the stem, so save_pretrained keeps it."""
    vision = model.config.vision_config
    wanted = (vision.embed_dim, vision.patch_size, vision.temporal_patch_size, vision.spatial_merge_size)
    given = tuple(stem.config[key] for key in ("embed_dim", "patch_size", "temporal_patch_size", "merge_size"))
    if wanted != given:
        raise ValueError(f"the stem is for width, patch, frames and merge of {given}, the model has {wanted}")
    visual = model.model.visual
    visual.stem = stem
    visual.__class__ = StemmedVision
    vision.stem = copy.deepcopy(stem.config)
    return model


def has_stem(model: nn.Module) -> bool:
    return isinstance(model.model.visual, StemmedVision)


def from_pretrained(folder, **options) -> Qwen2VLForConditionalGeneration:
    """A Qwen2-VL model with its stem, or without when its configuration names none; options as transformers takes them."""
    read = _Loading.from_pretrained(folder, **options)
    # With output_loading_info it is a pair. save_pretrained writes the name of the class as the architecture.
    model = read[0] if isinstance(read, tuple) else read
    model.__class__ = Qwen2VLForConditionalGeneration
    return read


def from_filter(
    checkpoint, embed_dim: int = 256, patch_size: int = 21, temporal_patch_size: int = 2, merge_size: int = 2,
    image_mean=PREPROCESSOR["image_mean"], image_std=PREPROCESSOR["image_std"], trunk=None,
) -> VisionStem:
    """The stem out of a checkpoint of filter/align.py; norm and project are fresh. `trunk`: a checkpoint of filter/train.py
    whose backbone stands in the place of the filter's, so that the model errs elsewhere than the filter; what it says of the
    whole picture is then among the channels."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=False)
    backbone = saved["backbone"] if trunk is None else torch.load(trunk, map_location="cpu", weights_only=False)
    average, ops = backbone["average"], backbone["ops"]
    colour = {k.removeprefix("0.colour."): v for k, v in saved["trained"].items() if k.startswith("0.colour.")}
    weights = {name: list(value.shape) for name, value in saved_weights(average).items()}
    width = colour[max(name for name in colour if name.endswith("bias"))].shape[0]
    middle, final = map_widths(ops, weights)
    with torch.no_grad():  # only running it tells how long its embedding is
        embedding = Backbone(ops, saved_weights(average), torch.zeros(3), torch.ones(3))(torch.zeros(1, 3, HEIGHT, WIDTH))[0]
    whole = {} if trunk is None else {"identity": embedding.shape[1]}
    stem = VisionStem({
        **whole, "embed_dim": embed_dim, "patch_size": patch_size, "temporal_patch_size": temporal_patch_size, "merge_size": merge_size,
        "image_mean": list(image_mean), "image_std": list(image_std), "channels": middle + final + width + whole.get("identity", 0), "colour": width,
        "weights": weights, "ops": ops,
    })
    stem.trunk.load_state_dict(average)
    stem.colour.load_state_dict(colour)
    return stem


def saved_weights(average: dict) -> dict:
    """The backbone's weights by their names, out of a checkpoint's state."""
    return {k.removeprefix("weights."): v for k, v in average.items() if k.startswith("weights.")}


def map_widths(ops: list[dict], weights: dict[str, list[int]]) -> tuple[int, int]:
    """Channels of the trunk's middle and final map: those of the last convolution at or before each."""
    trunk = Backbone(ops, {}, torch.zeros(3), torch.ones(3))

    def width(name: str) -> int:
        index = next(i for i, op in enumerate(ops) if op["out"] == name)
        return next(weights[op["weight"]][0] for op in reversed(ops[: index + 1]) if op["op"] == "conv")

    return width(trunk.middle), width(trunk.final)
