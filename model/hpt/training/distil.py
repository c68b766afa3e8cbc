"""The encoder's schooling before stage 1, where no pretrained Qwen2-VL of this size exists: the base filter is the teacher.

    python distil.py --model START --features features/* --validate features/held --out runs/encoder --steps 1500

Three lessons from stored features alone, no words: pooled vision tokens give the filter's embedding (identity and semantic
part), each token gives the trunk's final map under it, and pooled tokens tell the training people apart. The heads are
thrown away; the result is a Hugging Face folder that stage 1 starts from.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import model_files  # puts model/hpt on the path
import vision_stem
from batches import GRID_SHARES, GRIDS
from network import Trainee, pooled
from stored_features import GRID, StoredFeatures
from train import Average, rate_at
from validate import average_precision


class Lessons(nn.Module):
    def __init__(self, trainee: Trainee, people: int, hidden: int):
        super().__init__()
        self.trainee = trainee
        stem = trainee.visual.stem.config
        middle, final = vision_stem.map_widths(stem["ops"], stem["weights"])
        self.under = slice(middle, middle + final)  # the trunk's final map among the features
        self.map = nn.Linear(hidden, final)
        self.people = nn.Linear(2 * hidden, people, bias=False)
        self.norm = nn.BatchNorm1d(2 * hidden)

    def forward(self, features, patches, grid, targets, people):
        tokens = self.trainee.see(features, patches, grid)
        embedding = self.trainee.distance(self.trainee.distil(pooled(tokens)), targets)
        under = features[..., self.under].unflatten(1, (-1, 4)).mean(2)
        under = F.layer_norm(under, under.shape[-1:])
        maps = 1 - F.cosine_similarity(self.map(tokens).float(), under, dim=-1).mean()
        told = F.cross_entropy(self.people(self.norm(pooled(tokens))).float(), people, label_smoothing=0.1)
        return embedding, maps, told


def held_out(trainee: Trainee, stored: StoredFeatures, folder: str) -> dict:
    """mAP of the taught embedding among held-out people by set, other cameras only, and the filter's own."""
    index = json.loads(Path(folder, "index.json").read_text())
    people, cameras = np.array([e[0] for e in index]), np.array([e[2] for e in index])
    views, found, targets = [stored.rows[e[1]][0] for e in index], [], []
    trainee.eval()
    with torch.no_grad():
        for start in range(0, len(views), 128):
            tokens = trainee.see(*stored.read(views[start : start + 128]), GRID)
            parts = trainee.distil(pooled(tokens)).split([256, 128], -1)
            found.append(torch.cat([F.normalize(parts[0]) * 0.8**0.5, F.normalize(parts[1]) * 0.2**0.5], -1))
            taught = stored.targets(views[start : start + 128]).split([256, 128], -1)
            targets.append(torch.cat([taught[0] * 0.8**0.5, taught[1] * 0.2**0.5], -1))
    trainee.train()
    result = {}
    for name, vectors in (("student", torch.cat(found).numpy()), ("filter", torch.cat(targets).numpy())):
        for source in sorted({p[0] for p in people}):
            mine = np.flatnonzero([p[0] == source for p in people])
            near, scores = vectors[mine] @ vectors[mine].T, []
            for q in range(0, len(mine), 4):
                other = ~((people[mine] == people[mine[q]]) & (cameras[mine] == cameras[mine[q]]))
                right = people[mine][other] == people[mine[q]]
                if right.any():
                    scores.append(average_precision(near[q][other], right))
            result[f"{source} {name}"] = round(100 * float(np.mean(scores)), 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--features", nargs="+", required=True)
    parser.add_argument("--validate", help="folder of stem_features.py with held-out people")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=["no", "bf16"], default="no")
    parser.add_argument("--check", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    start = model_files.load(args.model)
    trainee = Trainee(start.model, distil=True)
    model_files.freeze(trainee, encoder=False)
    start.model.model.language_model.requires_grad_(False)
    stored = StoredFeatures.of(args.features, start)
    held = StoredFeatures.of([args.validate], start) if args.validate else None
    paths = sorted(stored.rows)
    number = {p: i for i, p in enumerate(sorted(set(stored.people.values())))}
    lessons = Lessons(trainee, len(number), start.model.config.text_config.hidden_size)
    trained = [w for w in lessons.parameters() if w.requires_grad]
    optimizer = torch.optim.AdamW([{"params": [w for w in trained if w.ndim > 1], "weight_decay": 0.05},
                                   {"params": [w for w in trained if w.ndim < 2], "weight_decay": 0.0}], lr=args.rate, betas=(0.9, 0.98))
    average, checkpoint, step = Average(lessons, 0.998), out / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        lessons.load_state_dict(saved["weights"])
        optimizer.load_state_dict(saved["optimizer"])
        average.weights, step = saved["average"], saved["step"]
        print(f"going on at step {step}", flush=True)
    lessons.train()
    sums, begun = np.zeros(4), time.time()
    while step < args.steps:
        rng = np.random.default_rng([args.seed, step])
        torch.manual_seed(args.seed * 1_000_003 + step)
        drawn = [paths[i] for i in rng.integers(len(paths), size=args.batch)]
        grid, views = GRIDS[rng.choice(len(GRIDS), p=GRID_SHARES)], stored.draw(drawn, rng)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate_at(step, args.steps, 100)
        people = torch.tensor([number[stored.people[p]] for p in drawn])
        with torch.autocast("cpu", torch.bfloat16, enabled=args.precision == "bf16"):
            embedding, maps, told = lessons(*stored.read(views, grid), grid, stored.targets(views), people)
            loss = 2 * embedding + maps + 0.3 * told
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        average.update(lessons, step)
        step += 1
        sums += [loss.item(), embedding.item(), maps.item(), told.item()]
        if step % 50 == 0:
            print(step, dict(zip(("loss", "embedding", "maps", "people"), (sums / 50).round(3).tolist())), f"{(time.time() - begun) / 50:.2f} s", flush=True)
            sums, begun = np.zeros(4), time.time()
        if step % args.check == 0 or step == args.steps:
            average.swap(lessons)
            if held:
                print(step, held_out(trainee, held, args.validate), flush=True)
            average.swap(lessons)
            part = checkpoint.with_suffix(".part")
            torch.save({"weights": lessons.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step}, part)
            os.replace(part, checkpoint)
            begun = time.time()
    average.swap(lessons)
    model_files.save(start, out / "model")


if __name__ == "__main__":
    main()
