"""Choose how much what was said of a person weighs beside the likeness, on held-out people; writes it into attributes.json.

    python evidence.py --held-out work/held --attributes market_attributes.json --people synthetic/manifest.csv \
        --cache work/cache --model ../../chatreid-tiny

Held-out people (Market's, and the quarter of the synthetic ones) are looked for among pictures of their kind, by one or two of
their attributes in words, by a picture of another camera, or by both. Then some of their other attributes are told, one in
twelve of them wrong. The weight with the lowest mean logarithm of the rank is taken, for each kind of query; over 1, answers
would weigh more than their probabilities say. The evidence is that of src/retrieval/traits/trait-evidence.ts.
"""

import argparse
import csv
import json
import random
from pathlib import Path

import numpy as np

from probes import FILE, VALUES, Pictures, log_softmax, logits, save, synthetic, unpacked, views

ERROR, BOUND = 0.08, 3.0
WEIGHTS = (0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)
TOLD = (1, 2, 3, 5)
KINDS = ("image", "text", "mixed")


def evidence(probabilities: dict[str, np.ndarray], told: list[tuple[str, str, bool]]) -> np.ndarray:
    """Natural-log likelihood ratio of what was told, of every picture, with weight 1; of each attribute one thing is told."""
    total = 0
    for name, value, present in told:
        here = probabilities[name][:, VALUES[name].index(value)]
        said = lambda p: (p if present else 1 - p) * (1 - ERROR) + ((1 - p) if present else p) * ERROR
        total = total + np.clip(np.log(said(here) / said(here.mean())), -BOUND, BOUND)
    return total


def tell(rng: random.Random, said: dict[str, str], names: list[str]) -> list[tuple[str, str, bool]]:
    """A question about each attribute and its answer: as often about what is so as about something else."""
    told = []
    for name in names:
        other = [v for v in VALUES[name] if v not in (said[name], "other")]
        asked = said[name] if rng.random() < 0.5 or not other else rng.choice(other)
        if VALUES[name] == ("no", "yes"):
            asked = "yes"
        told.append((name, asked, (asked == said[name]) != (rng.random() < ERROR)))
    return told


def words(said: dict[str, str], names: list[str]) -> str:
    worn = [f"a {said[name]} {'top' if name == 'top' else 'bottoms'}" for name in ("top", "bottom") if name in names]
    carried = [f"a {'shoulder bag' if name == 'bag' else name}" for name in ("backpack", "bag", "handbag") if name in names]
    who = f"a {said['gender']}" if "gender" in names else "a person"
    return who + (f", wearing {' and '.join(worn)}" if worn else "") + (f", carrying {' and '.join(carried)}" if carried else "")


class Search:
    """People to look for among pictures: what the probes see, cameras, and what can be told of each person."""

    def __init__(self, pictures: Pictures, cameras: list, people: list[str], attributes: dict[str, dict]):
        self.pictures, self.cameras, self.people = pictures, np.array(cameras), people
        self.said = {person: {name: value for name, value in attributes[person].items() if value != "other"} for person in people}
        self.chances = {name: np.exp(log_softmax(logits(unpacked(one), pictures.vectors))) for name, one in attributes["probes"].items()}


def market(folder: str, attributes: dict, probes: dict) -> Search:
    held = views(folder, attributes)
    index = json.loads(Path(folder, "index.json").read_text())
    cameras = [camera for person, _, camera in index if person[0] == "m" and person[1:] in attributes]
    people = sorted(set(held.people))
    return Search(held, cameras, people, {"probes": probes, **{person: attributes[person[1:]] for person in people}})


def made(manifest: str, model: str, cache: str, probes: dict) -> Search:
    """The quarter of the synthetic people that probes.py did not learn from, among the pictures of all."""
    pictures = synthetic(manifest, model, cache)
    with open(manifest, newline="") as file:
        cameras = [row["camera_id"] for row in csv.DictReader(file)]
    people = [person for person in sorted(set(pictures.people)) if int(person) % 4 == 0]
    together = {p: {} for p in people}
    for person, said in zip(pictures.people, pictures.said):
        if person in together:  # a bag that one picture hides is there all the same
            for name, value in said.items():
                if together[person].get(name) != "yes":
                    together[person][name] = value
    return Search(pictures, cameras, people, {"probes": probes, **together})


def log_ranks(search: Search, filter_numbers: dict, read, rng: random.Random) -> dict[str, np.ndarray]:
    """Sums of the logarithm of the rank, by kind of query and weight."""
    held, sums = search.pictures, {kind: np.zeros(len(WEIGHTS)) for kind in KINDS}
    for person in search.people:
        rows, said = np.flatnonzero(held.people == person), search.said[person]
        sayable = [n for n in ("gender", "top", "bottom", "backpack", "bag", "handbag") if said.get(n, "no") != "no"]
        for _ in range(6):
            clue = rng.sample(sayable, min(len(sayable), rng.choice((1, 2))))
            picture = rng.choice(list(rows))
            own = (held.people == person) & (search.cameras == search.cameras[picture])
            right = (held.people == person) & ~own
            if not right.any() or not clue:
                continue
            text = read([words(said, clue)])[0]
            others = [n for n in said if n not in clue]
            told = tell(rng, said, rng.sample(others, min(len(others), rng.choice(TOLD))))
            with_clue = told + [(name, said[name], True) for name in clue]  # what the words say is told as well
            mixed = held.vectors[picture] + filter_numbers["mix"]["text"] * text
            queries = (("image", held.vectors[picture], told), ("text", text, with_clue), ("mixed", mixed / np.linalg.norm(mixed), with_clue))
            for kind, vector, traits in queries:
                table = filter_numbers["calibration"][kind]["llr"]
                ratio = np.interp(held.vectors @ vector, table["score"], table["value"])
                extra = evidence(search.chances, traits)
                for at, weight in enumerate(WEIGHTS):
                    score = ratio + weight * extra
                    sums[kind][at] += np.log(1 + (score[~own] > score[right].max()).sum())
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--attributes", required=True)
    parser.add_argument("--people", nargs="*", default=[], help="manifests of synthetic people, as probes.py had them")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    from embed import Filter  # loads the text encoder, too

    record = json.loads(Path(args.model, FILE).read_text())
    numbers = json.loads(Path(args.model, "chatreid.json").read_text())["filter"]
    searches = [market(args.held_out, json.loads(Path(args.attributes).read_text()), record["attributes"])]
    searches += [made(file, args.model, args.cache, record["attributes"]) for file in args.people]
    read, mean = Filter(args.model, 1).texts, {kind: np.zeros(len(WEIGHTS)) for kind in KINDS}
    for search in searches:
        for kind, sums in log_ranks(search, numbers, read, random.Random(0)).items():
            # Relative to what the likeness alone gives, so that the harder set does not decide alone.
            shares = sums / sums[0]
            mean[kind] += shares / len(searches)
            print(len(search.people), "people,", kind, " ".join(f"{w}:{share:.3f}" for w, share in zip(WEIGHTS, shares)))
    record["evidence"] = {kind: WEIGHTS[int(np.argmin(shares))] for kind, shares in mean.items()}
    print(record["evidence"])
    save(args.model, record)


if __name__ == "__main__":
    main()
