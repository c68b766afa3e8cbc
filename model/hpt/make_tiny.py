"""Makes the tiny random-weight Qwen2-VL model of the tests: a Hugging Face folder, the same on every run.

    python model/hpt/make_tiny.py --out DIR

Real architecture, real tokenizer format, no knowledge: its answers are fixed noise that depends sharply on every
picture and word, which is what a test of the arithmetic needs.
"""

import argparse
import json
from pathlib import Path

import byte_tokenizer
import tiny_tokenizer
from model_folder import public_layout, write_json
from qwen2vl_format import CHAT_TEMPLATE, PREPROCESSOR
from random_model import build, random_stem
from vision_stem import attach

# Of the seeds 20 to 23, the one whose p(Yes) spreads best over pairs of the reference pictures: 0.05 to 0.98.
SEED = 20


def write(folder: Path, size: str = "tiny", seed: int = SEED, tied: bool = True, stem: bool = False) -> None:
    """The whole Hugging Face folder: weights, configuration, tokenizer, template, preprocessor."""
    folder.mkdir(parents=True, exist_ok=True)
    model = build(size, seed, tied=tied)
    if stem:
        attach(model, random_stem(model.config.vision_config))
    model.save_pretrained(folder)
    saved = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    write_json(folder / "config.json", public_layout(saved))
    tokenizer = tiny_tokenizer.train()
    (folder / "tokenizer.json").write_text(byte_tokenizer.compact(tokenizer), encoding="utf-8")
    write_json(folder / "tokenizer_config.json", byte_tokenizer.config(tokenizer))
    write_json(folder / "preprocessor_config.json", PREPROCESSOR)
    end, stop = tokenizer.token_to_id("<|endoftext|>"), tokenizer.token_to_id("<|im_end|>")
    generation = {"bos_token_id": end, "do_sample": False, "eos_token_id": [stop, end], "pad_token_id": end}
    write_json(folder / "generation_config.json", generation)
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    write(parser.parse_args().out)
