"""Trains the detector on pictures that paste.py makes, for so many minutes of processor time.

    python train.py --frames /tmp/frames/train --minutes 25 --out /tmp/detector.pt \
        --market Market-1501/bounding_box_train --joints joints.txt --others 'cuhk03/labeled/train/*.jpg' 'demo/*.jpg'

Stopped and started again it goes on. The rate falls to nothing at the end of the minutes, and the weights that are kept
are a running mean.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time

import numpy as np
import torch
from PIL import Image

from network import Detector, iou, loss, people_of, targets
from paste import Paster

# Half of the pixels in the first half of the time: most is learnt there already, at twice the speed.
SMALL_SHARE = 0.5
SMALL = [(288, 192), (320, 192), (256, 224), (192, 288), (128, 256)]
SHAPES = [(416, 256), (416, 256), (416, 320), (320, 256), (256, 416), (160, 320), (512, 288)]


def batch_of(paster: Paster, count: int, rng, small: bool):
    shapes = SMALL if small else SHAPES
    width, height = shapes[int(rng.integers(len(shapes)))]
    made = [paster(width, height) for _ in range(count)]
    pictures = torch.from_numpy(np.stack([picture for picture, _ in made])).permute(0, 3, 1, 2)
    wanted = [targets(people, height, width) for _, people in made]
    return pictures.contiguous(memory_format=torch.channels_last), [torch.stack(each) for each in zip(*wanted)]


class Batches:
    """Endless batches: small pictures in the first half of the minutes."""

    def __init__(self, options) -> None:
        self.options = options
        self.paster = Paster(options, np.random.default_rng([options.seed, int(time.time())]))

    def __iter__(self):
        started = time.process_time()
        while True:
            spent = time.process_time() - started
            small = self.options.steady or spent < self.options.minutes * 60 * SMALL_SHARE
            yield batch_of(self.paster, self.options.batch, self.paster.rng, small)


def measure(model, folder: str, side: int = 416, score: float = 0.35, limit: int = 40) -> dict:
    """Recall (people of whom at least half shows and 24 pixels of height) and precision at overlap 0.5."""
    found = wanted = right = said = 0
    lines = open(os.path.join(folder, "scenes.jsonl"), encoding="utf-8").read().splitlines()[:limit]
    for line in lines:
        frame = json.loads(line)
        scale = side / max(frame["width"], frame["height"])
        size = (round(frame["width"] * scale), round(frame["height"] * scale))
        picture = np.full((-(-size[1] // 32) * 32, -(-size[0] // 32) * 32, 3), 114, np.uint8)
        opened = Image.open(os.path.join(folder, frame["file"])).convert("RGB")
        picture[: size[1], : size[0]] = np.asarray(opened.resize(size, Image.Resampling.BILINEAR))
        with torch.inference_mode():
            output = model(torch.from_numpy(picture).permute(2, 0, 1)[None].float())[0].float()
        boxes, scores = people_of(output, score)
        left = list(range(len(frame["people"])))
        for box in boxes:
            best = max(left, key=lambda i: iou(box, torch.tensor(frame["people"][i]["full"]) * scale), default=None)
            hit = best is not None and iou(box, torch.tensor(frame["people"][best]["full"]) * scale) >= 0.5
            if hit:
                left.remove(best)
            counts = hit and worth(frame["people"][best], scale)
            found += counts
            said += counts or not hit
            right += counts
        wanted += sum(worth(person, scale) for person in frame["people"])
    return {"recall": round(found / max(wanted, 1), 3), "precision": round(right / max(said, 1), 3), "people": wanted}


def worth(person: dict, scale: float) -> bool:
    return person["shown"] >= 0.5 and (person["full"][3] - person["full"][1]) * scale >= 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", nargs="+", required=True)
    parser.add_argument("--held", nargs="*", default=[], help="folders of frames to measure on")
    parser.add_argument("--market", help="folder of Market-1501's training crops")
    parser.add_argument("--joints", help="file of their joints: name and 15 points a line")
    parser.add_argument("--others", nargs="*", default=[], help="patterns of other pedestrian crops")
    parser.add_argument("--crops", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steady", action="store_true", help="keep the rate: a first part that another goes on from")
    parser.add_argument("--tell", type=float, default=60, help="seconds between reports and checkpoints")
    parser.add_argument("--start", help="weights to start from, of an earlier training")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    model = Detector().to(memory_format=torch.channels_last)
    mean = copy.deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    steps, spent = 0, 0.0
    kept = options.start or (options.out if os.path.exists(options.out) else None)
    if kept:
        state = torch.load(kept, map_location="cpu")
        model.load_state_dict(state["model"])
        mean.load_state_dict(state["mean"])
        optimiser.load_state_dict(state["optimiser"])
        steps, spent = state["steps"], 0.0 if options.start else state["spent"]
    data = Batches(options)
    paster = data.paster
    print(
        f"{sum(p.numel() for p in model.parameters())} parameters; {len(paster.scenes)} scenes, {len(paster.backs)} backs,"
        f" {len(paster.cuts)} cuts, {len(paster.real)} real with joints, {len(paster.others)} other crops",
        flush=True,
    )
    batches = iter(data)
    total, sums, told, cpu = options.minutes * 60, [], time.time(), time.process_time()
    # Of the processor and not of the clock: a busy machine changes nothing but the time of day.
    started = time.process_time() - spent
    while (spent := time.process_time() - started) < total:
        pictures, wanted = next(batches)
        pictures = pictures.float()
        falling = 1.0 if options.steady else max(0.02, 0.5 + 0.5 * np.cos(np.pi * spent / total))
        rate = options.rate * min(1.0, (steps + 1) / 100) * falling
        for group in optimiser.param_groups:
            group["lr"] = float(rate)
        model.train()
        with torch.autocast("cpu", torch.bfloat16):
            output = model(pictures)
        value = loss(output, wanted)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        steps += 1
        share = min(0.998, 1 - 1 / (1 + steps * 0.1))
        with torch.no_grad():
            for mine, theirs in zip(mean.state_dict().values(), model.state_dict().values()):
                if mine.dtype.is_floating_point:
                    mine.lerp_(theirs, 1 - share)
                else:
                    mine.copy_(theirs)
        sums.append(float(value.detach()))
        if time.time() - told > options.tell or spent + 1 > total:
            told = time.time()
            mean.eval()
            scores = {os.path.basename(folder): measure(mean, folder, limit=20) for folder in options.held}
            print(
                f"{spent / 60:.1f} min, {time.process_time() - cpu:.0f} s of processor, {steps} steps, rate {rate:.5f},"
                f" loss {np.mean(sums[-100:]):.3f}, {scores}",
                flush=True,
            )
            state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save({**state, "steps": steps, "spent": spent}, options.out + ".new")
            os.replace(options.out + ".new", options.out)


if __name__ == "__main__":
    main()
