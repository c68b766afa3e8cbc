"""The Hugging Face implementation asked for its numbers: rendered ids, positions, features, logits, greedy tokens."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import Qwen2TokenizerFast, Qwen2VLForConditionalGeneration, Qwen2VLImageProcessor

from reference_prompts import messages, picture_names
from reference_tokens import plain


@dataclass
class Answer:
    """One prompt as the model sees it, and what it answers. Float32; `logits` [steps, vocabulary] of greedy decoding."""

    ids: np.ndarray
    grid_thw: np.ndarray
    positions: np.ndarray
    rope_delta: int
    logits: np.ndarray
    tokens: list[int]


class HfReference:
    """`folder` holds the Hugging Face model; `pictures` maps file names to pictures."""

    def __init__(self, folder: Path, pictures: dict[str, Image.Image]):
        self.model = Qwen2VLForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.tokenizer = Qwen2TokenizerFast.from_pretrained(folder)
        self.tokenizer.chat_template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
        self.with_control = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.without_control = plain(folder / "tokenizer.json")
        processor = Qwen2VLImageProcessor.from_pretrained(folder)
        self.merge = processor.merge_size
        self.pixels, self.grids, self.features = {}, {}, {}
        for name, picture in pictures.items():
            batch = processor([picture], return_tensors="pt")
            self.pixels[name], self.grids[name] = batch["pixel_values"], batch["image_grid_thw"]
            with torch.no_grad():
                self.features[name] = self.model.model.visual(batch["pixel_values"], grid_thw=batch["image_grid_thw"])

    def tokens_of(self, name: str) -> int:
        """Vision tokens of a picture."""
        return int(self.grids[name].prod()) // self.merge**2

    def render(self, turns: list[dict], numbered: bool) -> list[int]:
        """Ids by the template, with each picture's token repeated as often as the picture has tokens.

        The words are swapped for private-use characters while the template runs, so that a control token typed by a
        user can be told from one that the template wrote. Runs of text between control tokens are tokenised whole.
        """
        words = {}

        def guard(part: dict) -> dict:
            if part["type"] != "text":
                return part
            mark = chr(0xE000 + len(words))
            words[mark] = part["text"]
            return {**part, "text": mark}

        guarded = [{**item, "parts": [guard(part) for part in item["parts"]]} for item in turns]
        rendered = self.tokenizer.apply_chat_template(
            messages(guarded), tokenize=False, add_generation_prompt=True, add_vision_id=numbered
        )
        control = {token.content: number for number, token in self.tokenizer.added_tokens_decoder.items()}
        repeats = [self.tokens_of(name) for name in picture_names(turns)]
        ids, run, rest = [], "", rendered

        def flush() -> None:
            nonlocal run
            ids.extend(self.without_control.encode(run, add_special_tokens=False).ids)
            run = ""

        while rest:
            token = next((token for token in control if rest.startswith(token)), None)
            if token is None:
                run += words.get(rest[0], rest[0])
                rest = rest[1:]
                continue
            flush()
            ids += [control[token]] * (repeats.pop(0) if token == "<|image_pad|>" else 1)
            rest = rest[len(token) :]
        flush()
        return ids

    def render_as_hugging_face(self, turns: list[dict], numbered: bool) -> list[int]:
        """The usual pipeline (Qwen2VLProcessor): template, expansion in the string, tokenizer with control tokens parsed."""
        string = self.tokenizer.apply_chat_template(
            messages(turns), tokenize=False, add_generation_prompt=True, add_vision_id=numbered
        )
        for name in picture_names(turns):
            string = string.replace("<|image_pad|>", "<|placeholder|>" * self.tokens_of(name), 1)
        return self.tokenizer(string.replace("<|placeholder|>", "<|image_pad|>"))["input_ids"]

    def inputs(self, names: list[str]) -> dict:
        """pixel_values and image_grid_thw of the pictures in order; nothing when there are none."""
        if not names:
            return {}
        return {
            "pixel_values": torch.cat([self.pixels[name] for name in names]),
            "image_grid_thw": torch.cat([self.grids[name] for name in names]),
        }

    def positions(self, ids: torch.Tensor, names: list[str], mask: torch.Tensor | None = None):
        """get_rope_index: position_ids [3, B, S] and the delta [B]."""
        grid = self.inputs(names).get("image_grid_thw")
        positions, delta = self.model.model.get_rope_index(ids, image_grid_thw=grid, attention_mask=mask)
        return positions.numpy(), delta.reshape(-1).numpy()

    def answer(self, turns: list[dict], numbered: bool, steps: int) -> Answer:
        """Greedy decoding with kept keys, `steps` tokens, end-of-turn not obeyed."""
        names, ids = picture_names(turns), self.render(turns, numbered)
        row = torch.tensor([ids])
        mask = torch.ones_like(row)
        with torch.no_grad():
            out = self.model.generate(
                input_ids=row, attention_mask=mask, **self.inputs(names), max_new_tokens=steps, do_sample=False,
                eos_token_id=None, pad_token_id=None, output_logits=True, return_dict_in_generate=True,
            )
        positions, delta = self.positions(row, names, mask)
        grids = self.inputs(names).get("image_grid_thw", torch.zeros(0, 3, dtype=torch.int64)).numpy()
        logits = torch.cat(out.logits).float().numpy()
        return Answer(np.array(ids), grids, positions[:, 0], int(delta[0]), logits, out.sequences[0, len(ids) :].tolist())

    def batch(self, answers: list[Answer], names: list[list[str]]) -> dict[str, np.ndarray]:
        """The prompts left-padded to one length and run in one forward call."""
        length, pad = max(len(answer.ids) for answer in answers), self.tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (length - len(answer.ids)) + answer.ids.tolist() for answer in answers])
        mask = torch.tensor([[0] * (length - len(answer.ids)) + [1] * len(answer.ids) for answer in answers])
        flat = [name for row in names for name in row]
        self.model.model.rope_deltas = None
        with torch.no_grad():
            logits = self.model(input_ids=ids, attention_mask=mask, **self.inputs(flat)).logits[:, -1]
        positions, _ = self.positions(ids, flat, mask)
        return {"ids": ids.numpy(), "mask": mask.numpy(), "positions": positions, "logits": logits.numpy()}


def resize_table(minimum: int, maximum: int, first: int = 28, last: int = 1024) -> bytes:
    """smart_resize of every height and width from `first` to `last`, in units of 28: two bytes (height, width) each."""
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    span = range(first, last + 1)
    table = bytearray()
    for height in span:
        for width in span:
            high, wide = smart_resize(height, width, 28, minimum, maximum)
            table += bytes((high // 28, wide // 28))
    return bytes(table)


def read_bounds(folder: Path) -> tuple[int, int]:
    settings = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    return settings["min_pixels"], settings["max_pixels"]
