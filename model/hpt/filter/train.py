"""Fine-tune the upper half of the backbone for identity: classification + triplet + agreement with frozen teachers.

The backbone starts from an OpenVINO IR. Its lower half, most of the work, stays as it is and was run once over augmented
pictures (features.py maps). Each step sees `--people` identities with `--views` maps each, from different cameras where
there are some. Losses on the identity part (length 1):
    identity   cosine classifier over all training identities, margin 0.15, label smoothing
    triplet    hardest positive and negative of the batch, soft margin
    teachers   the features of the clean picture by the starting network (anchor), and the similarity matrix of the batch by
               all teachers together; the student sees the augmented picture, so this is also consistency under augmentation
The weights that are kept are a running average.

    python train.py --start NET.xml --maps FOLDER ... --held-out FOLDER --teachers A.npy B.npy ... --market ... --out backbone.pt
"""

import argparse
import copy
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import data
from image_tower import Backbone
from map_store import MapStore
from metrics import evaluate


class PeopleSampler:
    """Endless batches of indices: people x views, spread over cameras."""

    def __init__(self, ids: list[str], cameras: list[int], people: int, views: int, seed: int):
        self.rng, self.people, self.views = random.Random(seed), people, views
        self.by_person: dict[str, dict[int, list[int]]] = {}
        for index, (identity, camera) in enumerate(zip(ids, cameras, strict=True)):
            self.by_person.setdefault(identity, {}).setdefault(camera, []).append(index)
        self.queue: list[str] = []

    def __iter__(self):
        while True:
            if len(self.queue) < self.people:
                self.queue = self.rng.sample(sorted(self.by_person), len(self.by_person))
            batch = []
            for _ in range(self.people):
                cameras = [self.rng.sample(v, len(v)) for v in self.by_person[self.queue.pop()].values()]
                self.rng.shuffle(cameras)
                pool = [i for group in zip(*[c * self.views for c in cameras]) for i in group]
                batch += pool[: self.views]
            yield batch


def identity_loss(features, classes, labels, scale: float = 28.0, margin: float = 0.15):
    """Cosine softmax with an additive margin."""
    cosine = features @ F.normalize(classes).T
    cosine = cosine - margin * F.one_hot(labels, cosine.shape[1])
    return F.cross_entropy(scale * cosine, labels, label_smoothing=0.1)


def triplet_loss(features, labels, scale: float = 8.0):
    """Batch-hard triplet on cosine similarity, soft margin."""
    similarity, same = features @ features.T, labels[:, None] == labels[None]
    hardest_positive = similarity.masked_fill(~same, 2).min(1).values
    hardest_negative = similarity.masked_fill(same, -2).max(1).values
    return F.softplus(scale * (hardest_negative - hardest_positive + 0.1)).mean() / scale


def teacher_loss(features, teachers):
    """`teachers`: list of (features of the clean pictures, length 1; share). The first is the anchor.

    Each teacher's similarities are brought to the mean and deviation of the anchor's before they are averaged, because one
    network's 0.5 is another's 0.1.
    """
    anchor = (1 - (features * teachers[0][0]).sum(1)).mean()
    off = ~torch.eye(len(features), dtype=torch.bool)
    similarities = [(t @ t.T)[off] for t, _ in teachers]
    mean, deviation = similarities[0].mean(), similarities[0].std()
    target = sum(share * ((s - s.mean()) / s.std() * deviation + mean) for s, (_, share) in zip(similarities, teachers))
    return anchor, (((features @ features.T)[off] - target) ** 2).mean()


@torch.no_grad()
def validate(backbone: Backbone, held: MapStore, cameras: list[int | None]) -> str:
    """mAP and rank 1 on the held-out pictures of each source."""
    held.run_upper(backbone.eval())
    report = []
    for source in "mc":
        rows = [i for i, identity in enumerate(held.ids) if identity[0] == source and cameras[i] is not None]
        ids, cams, features = np.array(held.ids)[rows], np.array(cameras)[rows], held.identity[rows]
        scores = evaluate(features @ features.T, ids, cams, ids, cams)
        report.append(f"{source}: mAP {scores['mAP']:.2f} rank1 {scores['rank1']:.2f}")
    return " | ".join(report)


def disturb(rng: np.random.Generator, middle: torch.Tensor) -> torch.Tensor:
    """What can still be done to a cached map: mirror it, blank a band or a block, scale channels a little."""
    for row in range(len(middle)):
        if rng.random() < 0.5:
            middle[row] = middle[row].flip(2)
        if rng.random() < 0.3:
            h, w = rng.integers(2, 8), rng.integers(2, 8)
            y, x = rng.integers(0, 17 - h), rng.integers(0, 9 - w)
            middle[row, :, y : y + h, x : x + w] = middle[row].mean((1, 2), keepdim=True)
    noise = torch.from_numpy(rng.normal(1, 0.05, (len(middle), middle.shape[1], 1, 1)).astype(np.float32))
    return middle * noise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data.add_data_arguments(parser)
    parser.add_argument("--start", required=True, help="OpenVINO IR (xml) the backbone starts from")
    parser.add_argument("--maps", required=True, nargs="+", help="folders of features.py maps, any level")
    parser.add_argument("--held-out", required=True, help="maps of the held-out pictures at level none, for progress reports only")
    parser.add_argument("--teachers", required=True, nargs="+", help="features.py teacher over the training pictures; first = the start")
    parser.add_argument("--shares", type=float, nargs="+", help="share of each teacher in the similarity target")
    parser.add_argument("--anchor", type=float, default=2.0, help="weight of agreement with the starting network")
    parser.add_argument("--out", required=True, help="checkpoint; training resumes from it when it exists")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=1e9, help="finish, with the rate lowered in time, after this long")
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--views", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("market", "cuhk03"), help="train on this set alone: how well does it see others' cameras?")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)

    split = data.split(args.market, args.cuhk03, args.captions)
    maps, held = MapStore(args.maps), MapStore([args.held_out])
    camera = {p.path: p.camera for p in split.training + split.held_out}
    # Maps may hold pictures that the split does not count any more.
    held_cameras = [camera.get(path) for path in held.paths]
    # Not even as a class to keep away from is the other set seen.
    rows_in = [row for row, identity in enumerate(maps.ids) if not args.only or identity[0] == args.only[0]]
    names = {name: i for i, name in enumerate(sorted({maps.ids[row] for row in rows_in}))}
    labels = torch.tensor([names.get(i, -1) for i in maps.ids])
    row_of = {p.path: i for i, p in enumerate(split.training)}
    teacher_row = np.array([row_of[path] for path in maps.paths])
    shares = args.shares or [1 / len(args.teachers)] * len(args.teachers)
    teachers = [(F.normalize(torch.from_numpy(np.load(t)).float()), s) for t, s in zip(args.teachers, shares, strict=True)]

    backbone = Backbone.from_ir(args.start).to(memory_format=torch.channels_last)
    upper = backbone.upper_parameters()
    means = torch.zeros(len(names), teachers[0][0].shape[1]).index_add_(0, labels[rows_in], teachers[0][0][teacher_row[rows_in]])
    classes = torch.nn.Parameter(F.normalize(means))
    optimiser = torch.optim.AdamW([{"params": upper, "lr": args.rate, "weight_decay": 1e-4},
                                   {"params": [classes], "lr": args.rate * 10, "weight_decay": 0.0}])
    average = {k: v.detach().clone() for k, v in backbone.state_dict().items()}
    step, spent = 0, 0.0
    if Path(args.out).exists():
        saved = torch.load(args.out, weights_only=False)
        backbone.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        classes.data.copy_(saved["classes"])
        average, step, spent = saved["average"], saved["step"], saved["spent"]
    print("start:", validate(backbone, held, held_cameras), flush=True)
    people, seen_by = [maps.ids[row] for row in rows_in], [camera[maps.paths[row]] for row in rows_in]
    sampler = iter(PeopleSampler(people, seen_by, args.people, args.views, args.seed + step))
    noise = np.random.default_rng(args.seed + step)
    begun = time.time() - spent
    while step < args.steps:
        done = max(step / args.steps, (time.time() - begun) / 60 / args.minutes)
        if done >= 1:
            break
        factor = min(1, (step + 1) / 60) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, done))))
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = args.rate * factor, args.rate * 10 * factor
        rows = [rows_in[at] for at in next(sampler)]
        batch = disturb(noise, maps.middle_maps(rows)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            raw = backbone.upper(batch)[0]
        features, target = F.normalize(raw.float()), labels[rows]
        parts = [identity_loss(features, classes, target), triplet_loss(features, target),
                 *teacher_loss(features, [(t[teacher_row[rows]], s) for t, s in teachers])]
        loss = parts[0] + 2 * parts[1] + args.anchor * parts[2] + 4 * parts[3]
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(upper, 5.0)
        optimiser.step()
        step += 1
        decay = min(0.995, (1 + step) / (10 + step))
        for name, value in backbone.state_dict().items():
            average[name].lerp_(value, 1 - decay)
        if step % 50 == 0:
            seconds = time.time() - begun
            print(f"step {step} {seconds:.0f}s loss " + " ".join(f"{p.item():.3f}" for p in parts), flush=True)
        if step % 200 == 0:
            save(args.out, backbone, optimiser, classes, average, step, time.time() - begun)
        if step % 400 == 0:
            kept = copy.deepcopy(backbone)
            kept.load_state_dict(average)
            print(validate(kept, held, held_cameras), flush=True)
    save(args.out, backbone, optimiser, classes, average, step, time.time() - begun)


def save(path: str, backbone: Backbone, optimiser, classes, average: dict, step: int, spent: float) -> None:
    """Write the checkpoint whole or not at all."""
    torch.save({"ops": backbone.ops, "model": backbone.state_dict(), "average": average, "optimiser": optimiser.state_dict(),
                "classes": classes.data, "step": step, "spent": spent}, path + ".part")
    Path(path + ".part").replace(path)


if __name__ == "__main__":
    main()
