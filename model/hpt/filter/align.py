"""Teach the semantic head and the text tower one space, on the frozen backbone's maps (features.py maps).

One batch holds people x 2 pictures and one text for each picture: a human caption of the person, or a template over the
person's attributes. What counts as a match:
    human caption    pictures of the same identity
    template         every picture whose attributes fulfil all that it names ("blue top" fits many people); pictures
                     without attributes are left out of that comparison
Losses: text and picture contrast both ways (several right answers share the target), a pairwise match loss that makes scores
of different texts comparable, attribute classifiers SHARED by picture and text vectors, and contrast of two captions of
one person, for which captions without a picture serve too.

    python align.py --backbone checkpoint.pt --maps folder ... --held-out folder --market ... --out filter.pt
"""

import argparse
import math
import random
import re
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

import captions as words
import data
from features import load_backbone
from image_tower import SEMANTIC, ImageTower
from map_store import MapStore
from text_tower import TextTower, build_tokenizer

CLASSES: dict[str, list] = {
    "gender": ["man", "woman"], "hair": ["short", "long"], "sleeve": ["long", "short"], "lower_length": ["long", "short"],
    "lower_type": ["dress", "pants"], "age": ["young", "teenager", "adult", "old"], "hat": [False, True],
    "backpack": [False, True], "bag": [False, True], "handbag": [False, True],
    "upper": list(data.COLOURS_UP), "lower": list(data.COLOURS_DOWN),
}


class AttributeHead(nn.Module):
    """One linear classifier an attribute over semantic vectors, whether they come from a picture or from a text."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({name: nn.Linear(SEMANTIC, len(values)) for name, values in CLASSES.items()})

    def loss(self, vectors: torch.Tensor, known: list[dict], sharpness: float = 8.0) -> torch.Tensor:
        """Mean cross entropy over all attributes that `known` gives for each vector."""
        total, count = vectors.new_zeros(()), 0
        for name, values in CLASSES.items():
            target = torch.tensor([values.index(k[name]) if k.get(name) is not None else -1 for k in known])
            if (target >= 0).any():
                logits = self.layers[name](vectors * sharpness)
                total, count = total + F.cross_entropy(logits, target, ignore_index=-1, label_smoothing=0.05), count + 1
        return total / max(1, count)


class Texts:
    """Draws a text for a person: (text, claims); claims None marks a human caption."""

    def __init__(self, people: dict[str, dict], human: dict[str, list[data.Caption]], rng: random.Random):
        self.people, self.human, self.rng = people, human, rng

    def shorten(self, text: str) -> str:
        """Now and then only some clauses of a caption, as a user would type a part of it."""
        if self.rng.random() < 0.35:
            clauses = [c.strip() for c in re.split(r"[.,;]| and | with ", text) if len(c.split()) > 1]
            if len(clauses) > 2:
                keep = sorted(self.rng.sample(range(len(clauses)), self.rng.randint(2, len(clauses) - 1)))
                text = self.rng.choice((", ", " and ", ". ")).join(clauses[i] for i in keep)
        return words.misspell(self.rng, text, 0.05)

    def draw(self, identity: str) -> tuple[str, dict | None]:
        if identity in self.human and (identity not in self.people or self.rng.random() < 0.65):
            return self.shorten(self.rng.choice(self.human[identity]).text), None
        return words.describe(self.rng, self.people[identity])


def match_matrix(texts: list[tuple], text_ids: list[str], picture_ids: list[str], people: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """match [texts, pictures] in 0..1 (share of claims that fit) and known [texts, pictures] bool."""
    match = torch.zeros(len(texts), len(picture_ids))
    known = torch.ones_like(match, dtype=torch.bool)
    for i, (_, claims) in enumerate(texts):
        for j, identity in enumerate(picture_ids):
            if identity == text_ids[i]:
                match[i, j] = 1
            elif claims is not None and identity in people:
                match[i, j] = words.fits(people[identity], claims)
            elif claims is not None:
                known[i, j] = False
    return match, known


def shared_target_loss(logits, positive, known):
    """Cross entropy of each row against all its positives in equal parts."""
    logits = logits.masked_fill(~known, -1e4)
    target = positive / positive.sum(1, keepdim=True).clamp(min=1)
    rows = positive.sum(1) > 0
    return -(target * logits.log_softmax(1)).sum(1)[rows].mean()


def losses(picture, text, scale, bias, match, known):
    """Both contrasts and the pairwise match loss."""
    cosine = text @ picture.T
    positive = (match >= 0.999).float()
    contrast = shared_target_loss(scale * cosine, positive, known) + shared_target_loss(scale * cosine.T, positive.T, known.T)
    graded = torch.where(match >= 0.999, match, 0.6 * match**3)
    pair = F.binary_cross_entropy_with_logits(scale * cosine * 0.7 + bias, graded, reduction="none")
    weight = known.float() * torch.where(match >= 0.999, 4.0, 1.0)
    return contrast / 2, (pair * weight).sum() / weight.sum()


@torch.no_grad()
def validate(tower: ImageTower, text_tower: TextTower, tokenizer: Tokenizer, maps: MapStore, human: dict, people: dict) -> str:
    """Human captions (identity found at rank 1, 5, 10) and share of fitting pictures in the first ten for templates."""
    tower.eval(), text_tower.eval()
    vectors = torch.cat([maps.semantic(tower, range(i, min(i + 256, len(maps.ids)))) for i in range(0, len(maps.ids), 256)])
    report = []
    for source in "mc":
        rows = [i for i, identity in enumerate(maps.ids) if identity[0] == source]
        ids = np.array([maps.ids[i] for i in rows])
        asked = [c for identity in sorted(set(ids)) for c in human.get(identity, [])]
        similarity = text_tower.of_texts(tokenizer, [c.text for c in asked]) @ vectors[rows].T
        found = ids[similarity.argsort(1, descending=True)[:, :10].numpy()] == np.array([c.identity for c in asked])[:, None]
        report.append(f"{source}: " + " ".join(f"{100 * found[:, :k].any(1).mean():.1f}" for k in (1, 5, 10)))
        if source == "m":
            rng = random.Random(5)
            for count in (1, 2, 3):
                asked = [words.describe(rng, people[identity], count) for identity in sorted(set(ids)) for _ in range(3)]
                best = (text_tower.of_texts(tokenizer, [t for t, _ in asked]) @ vectors[rows].T).topk(10).indices
                good = [[words.fits(people[ids[j]], claims) == 1 for j in row] for row, (_, claims) in zip(best, asked)]
                report.append(f"{count} clue P@10 {100 * np.mean(good):.1f}")
    tower.train(), text_tower.train()
    return " | ".join(report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data.add_data_arguments(parser)
    parser.add_argument("--backbone", required=True, help="checkpoint of train.py or OpenVINO IR")
    parser.add_argument("--maps", required=True, nargs="+", help="folders of features.py maps at level semantic")
    parser.add_argument("--held-out", required=True, help="maps of the held-out pictures at level none, for progress reports only")
    parser.add_argument("--out", required=True, help="checkpoint with both towers; training resumes from it when it exists")
    parser.add_argument("--start", help="checkpoint of an earlier alignment to begin from")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--people", type=int, default=48)
    parser.add_argument("--pairs", type=int, default=24, help="pairs of captions of one person in a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rng = random.Random(args.seed)

    split = data.split(args.market, args.cuhk03, args.captions)
    people = data.attributes(args.attributes, "train")
    everything = data.captions(args.captions)
    off_limits = {p.identity for p in split.held_out} | {p.identity for p in data.market(args.market, "query")}
    human = data.texts_of(split.training, everything)
    by_person: dict[str, list[str]] = {}  # every captioned person who is not held out and not of the Market test part
    for caption in everything:
        if caption.identity not in off_limits and not (caption.identity[0] == "m" and caption.identity not in human):
            by_person.setdefault(caption.identity, []).append(caption.text)
    pairs = [texts for texts in by_person.values() if len(texts) > 1]
    texts = Texts({i: people[i] for i in {p.identity for p in split.training} & set(people)}, human, rng)

    tower = ImageTower(load_backbone(args.backbone))
    saved = next((torch.load(p, weights_only=False) for p in (args.out, args.start) if p and Path(p).exists()), None)
    if saved:
        tokenizer = Tokenizer.from_str(saved["tokenizer"])
    else:
        described = [words.describe(rng, people[i])[0] for i in sorted(texts.people) for _ in range(8)]
        tokenizer = build_tokenizer([t for ts in by_person.values() for t in ts] + described + words.vocabulary() * 40)
    text_tower, attribute_head = TextTower(tokenizer.get_vocab_size()), AttributeHead()
    scale = nn.Parameter(torch.tensor([math.log(14.0), -4.0, math.log(14.0)]))
    trained = nn.ModuleList([tower.head, text_tower, attribute_head])
    step, spent = 0, 0.0
    if saved:
        trained.load_state_dict(saved["trained"])
        scale.data.copy_(saved["scale"])
        if Path(args.out).exists():
            step, spent = saved["step"], saved["spent"]
    decayed = [p for p in trained.parameters() if p.ndim > 1]
    plain = [p for p in trained.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": plain + [scale], "weight_decay": 0.0}], args.rate)
    average = {k: v.detach().clone() for k, v in trained.state_dict().items()}

    def save():
        torch.save({"backbone": {"ops": tower.backbone.ops, "average": tower.backbone.state_dict()}, "trained": average,
                    "scale": scale.data, "text": text_tower.config, "tokenizer": tokenizer.to_str(), "step": step,
                    "spent": time.time() - begun}, args.out + ".part")
        Path(args.out + ".part").replace(args.out)

    maps, held = MapStore(args.maps), MapStore([args.held_out])
    maps.run_upper(tower.backbone.eval()), held.run_upper(tower.backbone)
    held_human = data.texts_of(split.held_out, everything)
    with_text = [i for i in maps.rows if i in human]
    all_people = [i for i in maps.rows if i in human or i in people]
    begun = time.time() - spent
    while step < args.steps:
        done = max(step / args.steps, (time.time() - begun) / 60 / args.minutes)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 40) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        chosen = rng.sample(with_text, args.people * 2 // 5)
        chosen += rng.sample([i for i in all_people if i not in set(chosen)], args.people - len(chosen))
        identities = [i for i in chosen for _ in range(2)]
        rows = [rng.choice(maps.rows[i]) for i in identities]
        drawn = [texts.draw(i) for i in identities]
        two = [rng.sample(p, 2) for p in rng.sample(pairs, args.pairs)]
        match, known = match_matrix(drawn, identities, identities, people)
        with torch.autocast("cpu", torch.bfloat16):
            picture = maps.semantic(tower, rows)
            text = text_tower.of_texts(tokenizer, [t for t, _ in drawn] + [texts.shorten(t) for pair in zip(*two) for t in pair])
        asked, first, second = text[: len(drawn)], text[len(drawn) : len(drawn) + args.pairs], text[len(drawn) + args.pairs :]
        contrast, pair = losses(picture, asked, scale[0].exp().clamp(max=40), scale[1], match, known)
        target = torch.arange(args.pairs)
        alike = scale[2].exp().clamp(max=40) * first @ second.T
        same = F.cross_entropy(alike, target) + F.cross_entropy(alike.T, target)
        attribute = attribute_head.loss(picture, [people.get(i, {}) for i in identities])
        attribute_text = attribute_head.loss(asked, [c or {} for _, c in drawn])
        loss = contrast + pair + 0.25 * same + 0.7 * attribute + 0.3 * attribute_text
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.parameters(), 2.0)
        optimiser.step()
        step += 1
        decay = min(0.998, (1 + step) / (10 + step))
        for name, value in trained.state_dict().items():
            average[name].lerp_(value, 1 - decay)
        if step % 50 == 0:
            print(f"step {step} {time.time() - begun:.0f}s contrast {contrast:.3f} pair {pair:.3f} captions {same:.3f} "
                  f"attributes {attribute:.3f} of texts {attribute_text:.3f} scale {scale[0].exp():.1f}", flush=True)
        if step % 200 == 0:
            print(validate(tower, text_tower, tokenizer, held, held_human, people), flush=True)
            save()
    trained.load_state_dict(average)
    print("average:", validate(tower, text_tower, tokenizer, held, held_human, people), flush=True)
    save()


if __name__ == "__main__":
    main()
