"""Run with: python test_training.py (or pytest). Small models, made-up data, under a minute on one core."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import Qwen2VLForConditionalGeneration, Qwen2VLImageProcessor

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import batched_vision  # noqa: E402
import comparing  # noqa: E402
import make_start  # noqa: E402
import random_model  # noqa: E402
import tiny_tokenizer  # noqa: E402
from conversation import IGNORED, Conversation, rope_positions  # noqa: E402
from network import Trainee  # noqa: E402
from packing import common_beginning, pack  # noqa: E402
from raw_pictures import stage_size  # noqa: E402


def tokenizer():
    from transformers import Qwen2TokenizerFast

    return Qwen2TokenizerFast(tokenizer_object=tiny_tokenizer.train(), pad_token="<|endoftext|>", eos_token="<|im_end|>")


def record(first: str, second: str, reply: str) -> dict:
    return {"messages": [{"role": "user", "content": "Do they show the same person?\nCandidate: <image>\nQuery: <image>"},
                         {"role": "assistant", "content": reply}], "images": [first, second], "task": "image-one-to-one"}


def conversation():
    model = random_model.build("tiny", 1)
    return model, Conversation(tokenizer(), model.config.image_token_id)


def test_positions_are_those_of_transformers():
    model, talk = conversation()
    grids = {"a": (3, 2), "b": (2, 4)}
    sequence = talk.sequence(record("a", "b", "Yes"), grids.get)
    thw = torch.tensor([[1, 6, 4], [1, 4, 8]])
    expected, _ = model.model.get_rope_index(torch.tensor([sequence.ids]), image_grid_thw=thw)
    assert np.array_equal(rope_positions(sequence), expected[:, 0].numpy())


def test_a_comparing_decoder_says_yes_to_what_is_alike_before_any_training():
    talk = tokenizer()
    config = make_start.configure(talk, hidden=256, layers=3, heads=4, key_heads=2, width=32, depth=1, feed=704)
    torch.manual_seed(5)
    model = Qwen2VLForConditionalGeneration(config).eval()
    make_start.fill(model, 3)
    fitted = torch.linalg.qr(torch.randn(comparing.CONTENT, comparing.FITTED))[0].T / 16 * 1.4
    comparing.build(model, talk, fitted, 0.3, 1.6)
    writer, merged = Conversation(talk, config.image_token_id), (6, 3)
    answers = [writer.text(word)[0] for word in ("Yes", "No")]

    def picture(mean):
        tokens = torch.zeros(18, 256)
        tokens[:, : comparing.CONTENT] = torch.nn.functional.normalize(mean + 0.05 * torch.randn(18, comparing.CONTENT), dim=-1)
        tokens[:, comparing.PICTURE] = 3 / 16
        return tokens

    products, leanings = [], []
    for number in range(30):
        one, other = torch.randn(2, comparing.CONTENT) / comparing.CONTENT**0.5
        pair = torch.stack([picture(one), picture(one + number / 10 * other)])
        batch = pack([[writer.sequence(record("a", "b", "Yes"), lambda path: merged)]], 512, talk.pad_token_id)
        with torch.no_grad():
            hidden = model.get_input_embeddings()(torch.from_numpy(batch.ids))
            for shown, row, start, count in batch.places:
                hidden[row, start : start + count] = pair[shown]
            mask = torch.zeros(batch.mask.shape).masked_fill(~torch.from_numpy(batch.mask), torch.finfo(torch.float32).min)[:, None]
            states = model.model.language_model(inputs_embeds=hidden, attention_mask={"full_attention": mask},
                                                position_ids=torch.from_numpy(batch.positions), use_cache=False).last_hidden_state
            yes, no = model.lm_head(states[torch.from_numpy(batch.labels == answers[0])])[0, answers]
            first, second = comparing.gathered(pair) @ fitted.T
        products.append(float(first @ second))
        leanings.append(float(yes - no))
    assert np.corrcoef(products, leanings)[0, 1] > 0.85 and min(leanings) < 0 < max(leanings), (products, leanings)


def test_packed_rows_give_what_each_sequence_gives_alone():
    model, talk = conversation()
    trainee = Trainee(model).eval()
    merged, vision = (3, 2), torch.randn(3, 6, model.config.text_config.hidden_size)
    pictures = ["a", "b", "c"]
    sequences = [talk.sequence(record("a", other, reply), lambda path: merged) for other, reply in (("b", "Yes"), ("c", "No"), ("a", "Yes"))]
    assert common_beginning(sequences) > sequences[0].slots[0].end

    def losses(groups, length):
        batch = pack(groups, length, 0)
        hidden = model.get_input_embeddings()(torch.from_numpy(batch.ids))
        for picture, row, start, count in batch.places:
            hidden[row, start : start + count] = vision[pictures.index(batch.pictures[picture])]
        mask = torch.zeros(batch.mask.shape).masked_fill(~torch.from_numpy(batch.mask), torch.finfo(torch.float32).min)[:, None]
        states = trainee.model.model.language_model(
            inputs_embeds=hidden, attention_mask={"full_attention": mask}, position_ids=torch.from_numpy(batch.positions), use_cache=False,
        ).last_hidden_state
        at = torch.from_numpy(batch.labels != IGNORED)
        return torch.nn.functional.cross_entropy(model.lm_head(states[at]), torch.from_numpy(batch.labels)[at], reduction="none")

    with torch.no_grad():
        together = losses([sequences], 400)
        alone = torch.cat([losses([[s]], 400) for s in sequences])
    assert together.shape == alone.shape and (together - alone).abs().max() < 1e-4, (together - alone).abs().max()


def test_vision_of_many_pictures_of_one_size_is_that_of_transformers():
    model, _ = conversation()
    visual, patch = model.model.visual, model.config.vision_config.patch_size
    pixels = torch.randn(3, 24, 3 * patch * patch)
    still = pixels.reshape(3, 24, 3, 1, patch * patch).expand(-1, -1, -1, 2, -1).reshape(3 * 24, -1)
    with torch.no_grad():
        expected = visual(still, grid_thw=torch.tensor([[1, 6, 4]] * 3))
        found = batched_vision.encode(visual, pixels, (6, 4)).flatten(0, 1)
    assert (expected - found).abs().max() < 1e-3 * expected.abs().max()


def test_stage_sizes():
    assert stage_size(64, 128, 1) == (128, 256) and stage_size(300, 600, 1) == (300, 600)
    assert stage_size(400, 800, 2) == (192, 384) and stage_size(64, 128, 2) == (64, 128)
    assert stage_size(1000, 30, 3) == (1000, 30)


def made_up_data(folder: Path) -> None:
    """A start model that reads pictures itself, four pictures, forty questions about them."""
    model = random_model.build("tiny", 1)
    model.save_pretrained(folder / "start")
    tokenizer().save_pretrained(folder / "start")
    Qwen2VLImageProcessor(min_pixels=56 * 56, max_pixels=28 * 28 * 12).save_pretrained(folder / "start")
    rng = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(rng.integers(0, 255, (128, 64, 3), np.uint8)).save(folder / f"{number}.png")
    lines = [record(str(folder / f"{i % 4}.png"), str(folder / f"{i // 4 % 4}.png"), "Yes" if i % 4 == i // 4 % 4 else "No") for i in range(40)]
    (folder / "train.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def command(folder: Path, out: str, *more: str) -> list[str]:
    return [sys.executable, str(HERE / "train.py"), "--stage", "2", "--model", str(folder / "start"), "--data", str(folder / "train.jsonl"),
            "--out", str(folder / out), "--steps", "24", "--tokens", "600", "--threads", "1", "--save", "4", "--warm", "2", *more]


def test_a_killed_run_ends_with_the_same_weights():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made_up_data(folder)
        subprocess.run(command(folder, "whole"), check=True, capture_output=True)
        running = subprocess.Popen(command(folder, "killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (folder / "killed" / "checkpoint.pt").exists():
            assert running.poll() is None, "the run ended before its first checkpoint"
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert not (folder / "killed" / "model").exists(), "killed too late to prove anything"
        again = subprocess.run(command(folder, "killed"), check=True, capture_output=True, text=True)
        assert "going on at step" in again.stdout
        one, other = ((folder / n / "model" / "model.safetensors").read_bytes() for n in ("whole", "killed"))
        assert one == other
        assert (folder / "killed" / "loss.png").stat().st_size > 1000
        steps = [json.loads(line)["step"] for line in (folder / "killed" / "log.jsonl").read_text().splitlines()]
        assert steps == sorted(set(steps))
        refused = subprocess.run(command(folder, "killed", "--rate", "0.5"), capture_output=True, text=True)
        assert refused.returncode != 0 and "other settings (rate)" in refused.stderr


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"passed: {name}")
