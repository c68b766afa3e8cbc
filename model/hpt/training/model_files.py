"""Hugging Face folders in and out: model, tokenizer and picture rules together, and what a stage takes over or freezes."""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoTokenizer, Qwen2VLImageProcessor

sys.path.append(str(Path(__file__).parents[1]))

import vision_stem  # noqa: E402


@dataclass
class Loaded:
    model: torch.nn.Module
    tokenizer: object
    processor: Qwen2VLImageProcessor
    folder: str


def load(folder: str) -> Loaded:
    """float32, attention by torch's own kernel."""
    model = vision_stem.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")
    return Loaded(model, AutoTokenizer.from_pretrained(folder), Qwen2VLImageProcessor.from_pretrained(folder), str(folder))


def replace_decoder(model, folder: str) -> None:
    """Stage 2 (paper, section 3.2.3): the decoder of another model, untouched by captioning, behind this encoder."""
    fresh = vision_stem.from_pretrained(folder, dtype=torch.float32)
    model.model.language_model.load_state_dict(fresh.model.language_model.state_dict())
    model.lm_head.load_state_dict(fresh.lm_head.state_dict())


def freeze(trainee, encoder: bool) -> None:
    """The stem's trunk is always frozen; stage 3 freezes the whole encoder."""
    trainee.requires_grad_(True)
    visual = trainee.visual
    if encoder:
        visual.requires_grad_(False)
    if hasattr(visual, "stem"):
        visual.stem.trunk.requires_grad_(False)
        visual.stem.colour.requires_grad_(False)


def nameless(config: dict) -> dict:
    """Without where the model was read from: a folder of this machine says nothing to whoever gets the model."""
    return {key: nameless(value) if isinstance(value, dict) else value for key, value in config.items() if key != "_name_or_path"}


def save(loaded: Loaded, folder: Path) -> None:
    """A whole folder or none: written beside and renamed."""
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    loaded.model.save_pretrained(part)
    loaded.tokenizer.save_pretrained(part)
    loaded.processor.save_pretrained(part)
    for name in ("chat_template.jinja", "chat_template.json", "generation_config.json"):
        source = Path(loaded.folder, name)
        if source.exists() and not (part / name).exists():
            shutil.copy(source, part / name)
    config = nameless(json.loads((part / "config.json").read_text()))
    (part / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)
