"""Fit what the filter's picture embeddings say of a person: one calibrated softmax an attribute, saved as attributes.json.

    python probes.py --views work/none --held-out work/held --attributes market_attributes.json \
        --people synthetic/manifest.csv --cache work/cache --model ../../chatreid-tiny

`--views` and `--held-out` are folders of ../training/stem_features.py, which hold the filter's two parts of every picture, of Market
training people; `--people` are manifests of model/demo/make_demo.py with a seed of their own, never the shipped demo gallery's
people. Weights are fitted on `--views` and three quarters of the synthetic people; how strongly they are held back, and how sure
they may be (temperature), is chosen on the people of `--held-out` and the last quarter. evidence.py then chooses how much an
answer weighs. Nothing is fitted to or chosen on Market test people.
"""

import argparse
import base64
import csv
import hashlib
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize, minimize_scalar

FILE = "attributes.json"
IDENTITY_WEIGHT = 0.8  # of the exported filter: see README, "The space"
OTHER = "other"  # colours that the table has no word for: never asked about, but some pictures are of them
YES_NO = ("no", "yes")
COLOURS = ("black", "white", "gray", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", OTHER)
VALUES = {
    "gender": ("man", "woman"),
    "age": ("child", "teenager", "adult", "elderly"),
    "hair": ("short", "long"),
    "hat": YES_NO,
    "top": COLOURS,
    "sleeves": ("short", "long"),
    "bottom": COLOURS,
    "legwear": ("trousers", "shorts", "skirt", "long skirt", "dress"),
    "backpack": YES_NO,
    "bag": YES_NO,
    "handbag": YES_NO,
}
PENALTIES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)
IDENTITY_PENALTIES = (1, 10)  # times the penalty: the identity part knows the training people, and should be believed less
SYNTHETIC_SHARE = 0.25
EVIDENCE = {"image": 0.5, "text": 0.5, "mixed": 0.5}  # until evidence.py has measured

# The tags of the demo generator in the words of src/foundation/person-attributes.ts; src/evaluation/dialogue/tag-attributes.ts
# reads them alike. What has no clear counterpart is left out.
TAG_COLOURS = {"grey": "gray", "navy": "blue", "light blue": "blue", "burgundy": "red", "olive": "green", "beige": OTHER, "teal": None}
TAG_WORDS = {
    "gender": {"male": "man", "female": "woman"},
    "age": {"child": "child", "adult": "adult", "elderly": "elderly"},
    "hair": {**dict.fromkeys(("short", "cropped", "bald"), "short"), **dict.fromkeys(("long", "ponytail"), "long")},
    "hat": {"none": "no", "cap": "yes", "beanie": "yes", "sun hat": "yes"},
    "sleeves": {
        **dict.fromkeys(("t-shirt", "polo shirt", "tank top"), "short"),
        **dict.fromkeys(("coat", "hoodie", "jacket", "puffer jacket", "suit jacket", "sweater"), "long"),
    },
    "legwear": {"jeans": "trousers", "leggings": "trousers", "trousers": "trousers", "shorts": "shorts", "skirt": "skirt", "long skirt": "long skirt"},
}
TAG_NAMES = {"gender": "gender", "age": "age", "hair": "hair", "hat": "hat", "sleeves": "upper", "legwear": "lower"}
TAG_BAGS = {"none": None, "backpack": "backpack", "shoulder bag": "bag", "shopping bag": "bag", "handbag": "handbag"}


def tag_attributes(tags: str) -> dict[str, str]:
    """`gender=female;upper_color=navy;bag=none` as attributes."""
    said = dict(pair.split("=", 1) for pair in tags.split(";") if "=" in pair)
    colour = lambda name: TAG_COLOURS.get(said[name], said[name]) if name in said else None
    found = {name: TAG_WORDS[name].get(said.get(tag)) for name, tag in TAG_NAMES.items()}
    found |= {"top": colour("upper_color"), "bottom": colour("lower_color")}
    if said.get("upper") == "dress":
        found |= {"legwear": "dress", "bottom": None}
    if said.get("bag") in TAG_BAGS:
        found |= {name: "yes" if TAG_BAGS[said["bag"]] == name else "no" for name in ("backpack", "bag", "handbag")}
    return {name: value for name, value in found.items() if value in VALUES[name]}


class Pictures:
    """Embeddings, the person of each, and what is known of that picture."""

    def __init__(self, vectors: np.ndarray, people: list[str], said: list[dict[str, str]]):
        self.vectors, self.people, self.said = vectors.astype(np.float32), np.array(people), said

    def where(self, keep: np.ndarray) -> "Pictures":
        return Pictures(self.vectors[keep], list(self.people[keep]), [s for s, k in zip(self.said, keep) if k])

    def labelled(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Embeddings, class numbers and weights (every person counts once) of the pictures whose attribute is known."""
        rows = np.array([row for row, said in enumerate(self.said) if name in said], dtype=int)
        classes = np.array([VALUES[name].index(self.said[row][name]) for row in rows], dtype=int)
        _, person, count = np.unique(self.people[rows], return_inverse=True, return_counts=True)
        return self.vectors[rows], classes, 1 / count[person] / max(1, len(count))

    @staticmethod
    def joined(parts: list["Pictures"]) -> "Pictures":
        return Pictures(np.concatenate([p.vectors for p in parts]), [i for p in parts for i in p.people], [s for p in parts for s in p.said])


def views(folder: str, attributes: dict[str, dict[str, str]]) -> Pictures:
    """Market pictures of a folder of stem_features.py. A person without a marked colour wears one that has no word here."""
    index = json.loads(Path(folder, "index.json").read_text())
    rows = [row for row, (person, _, _) in enumerate(index) if person[1:] in attributes and person[0] == "m"]
    scaled = [np.load(Path(folder, f"{part}.npy"))[rows] * share**0.5 for part, share in (("identity", IDENTITY_WEIGHT), ("semantic", 1 - IDENTITY_WEIGHT))]
    people = [index[row][0] for row in rows]
    return Pictures(np.concatenate(scaled, 1), people, [{"top": OTHER, "bottom": OTHER, **attributes[p[1:]]} for p in people])


def synthetic(manifest: str, model: str, cache: str) -> Pictures:
    with open(manifest, newline="") as file:
        rows = list(csv.DictReader(file))
    vectors = embedded([Path(manifest).parent / row["path"] for row in rows], model, cache)
    return Pictures(vectors, [f"{row['person_id']}" for row in rows], [tag_attributes(row["tags"]) for row in rows])


def embedded(paths: list[Path], model: str, cache: str) -> np.ndarray:
    """With the exported filter, as the product does; kept by the content of filter and pictures."""
    import onnxruntime
    from PIL import Image

    network = Path(model, "onnx", "filter_image.onnx")
    digest = hashlib.sha256(network.read_bytes())
    for path in paths:
        digest.update(path.read_bytes())
    kept = Path(cache, f"probes-{digest.hexdigest()[:16]}.npy")
    if not kept.exists():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        run = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"]).run
        picture = lambda path: np.asarray(Image.open(path).convert("RGB").resize((128, 256), Image.BILINEAR)).transpose(2, 0, 1)
        batches = [np.stack([picture(p) for p in paths[at : at + 16]]).astype(np.float32) for at in range(0, len(paths), 16)]
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, np.concatenate([run(None, {"pictures": batch})[0] for batch in batches]))
    return np.load(kept)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    logits = logits - logits.max(1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(1, keepdims=True))


def fit(x: np.ndarray, classes: np.ndarray, weights: np.ndarray, count: int, penalty: np.ndarray, start=None) -> np.ndarray:
    """Softmax regression, float64 [count, dimension + 1], the bias last; `penalty` [dimension] on the squared weights."""
    x = np.concatenate([x, np.ones((len(x), 1), np.float32)], 1)
    held = np.append(penalty, 1e-6)
    target = np.eye(count, dtype=np.float32)[classes]
    weights = (weights / weights.sum()).astype(np.float32)

    def loss(flat):
        w = flat.reshape(count, -1)
        logs = log_softmax(x @ w.T.astype(np.float32))
        gradient = ((np.exp(logs) - target) * weights[:, None]).T @ x + 2 * held * w
        return float(-(logs[np.arange(len(x)), classes] * weights).sum() + (held * w**2).sum()), gradient.ravel().astype(np.float64)

    begin = np.zeros((count, x.shape[1])) if start is None else start
    return minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x.reshape(count, -1)


def logits(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x @ w[:, :-1].T + w[:, -1]


def log_loss(scores: np.ndarray, classes: np.ndarray, weights: np.ndarray) -> float:
    return float(-(log_softmax(scores)[np.arange(len(classes)), classes] * weights).sum() / weights.sum())


def both(market: Pictures, people: Pictures | None, name: str, share: float):
    """The labelled pictures of both kinds of people, the synthetic ones with `share` of all weight."""
    x, c, w = market.labelled(name)
    if people is None or len(people.people) == 0:
        return x, c, w
    x2, c2, w2 = people.labelled(name)
    return np.concatenate([x, x2]), np.concatenate([c, c2]), np.concatenate([w * (1 - share), w2 * share])


def probe(name: str, learn, choose) -> dict:
    """The best of the penalties by held-out log loss, with the temperature that suits the held-out people."""
    best = None
    for factor in IDENTITY_PENALTIES:
        start = None
        for penalty in reversed(PENALTIES):
            scale = np.full(learn[0].shape[1], penalty)
            scale[: 2 * len(scale) // 3] *= factor  # the identity part: 256 of 384
            start = fit(*learn, len(VALUES[name]), scale, start)
            scores = logits(start, choose[0])
            heat = minimize_scalar(lambda t: log_loss(scores * t, *choose[1:]), bounds=(0.2, 1.25), method="bounded").x
            loss = log_loss(scores * heat, *choose[1:])
            if best is None or loss < best[0]:
                best = loss, start * heat, {"penalty": penalty, "identity": factor, "temperature": round(float(1 / heat), 2)}
    return {"loss": best[0], "weights": best[1], "choice": best[2]}


def accuracy(w: np.ndarray, pictures: Pictures, name: str) -> dict[str, float] | None:
    """Shares by person-weighted picture: right, of the commonest value, and the mean of the balanced recall."""
    x, classes, weights = pictures.labelled(name)
    if len(x) == 0:
        return None
    weights = weights / weights.sum()
    scores = logits(w, x)
    right = scores.argmax(1) == classes
    shares = np.array([weights[classes == c].sum() for c in range(len(VALUES[name]))])
    recalls = [(right * weights)[classes == c].sum() / shares[c] for c in range(len(shares)) if shares[c] > 0]
    chances = np.exp(log_softmax(scores)).max(1)
    edges = np.minimum((chances * 10).astype(int), 9)
    gap = sum(abs(((right - chances) * weights)[edges == b].sum()) for b in range(10))
    return {"right": float((right * weights).sum()), "common": float(shares.max()), "recall": float(np.mean(recalls)), "gap": float(gap), "loss": log_loss(scores, classes, weights)}


def packed(w: np.ndarray) -> dict:
    """Rows as signed bytes with a scale each: 384 numbers in 512 characters."""
    scale = np.abs(w[:, :-1]).max(1) / 127
    scale[scale == 0] = 1
    rows = np.rint(w[:, :-1] / scale[:, None]).astype(np.int8)
    return {
        "scale": [float(f"{s:.5g}") for s in scale],
        "bias": [round(float(b), 4) for b in w[:, -1]],
        "rows": [base64.b64encode(row.tobytes()).decode() for row in rows],
    }


def unpacked(record: dict) -> np.ndarray:
    rows = np.stack([np.frombuffer(base64.b64decode(row), np.int8) for row in record["rows"]])
    return np.concatenate([rows * np.array(record["scale"])[:, None], np.array(record["bias"])[:, None]], 1)


def save(model: str, record: dict) -> None:
    """attributes.json, and its checksum in chatreid.json."""
    file, manifest = Path(model, FILE), Path(model, "chatreid.json")
    file.write_text(json.dumps(record, indent=1) + "\n")
    described = json.loads(manifest.read_text())
    described["checksums"][FILE] = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
    manifest.write_text(json.dumps(described, indent=1) + "\n")
    print(f"{file}: {file.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--views", nargs="+", required=True)
    parser.add_argument("--held-out", required=True)
    parser.add_argument("--attributes", required=True, help="market_attributes.py, training people")
    parser.add_argument("--people", nargs="*", default=[], help="manifests of synthetic people")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--model", required=True)
    args = parser.parse_args()

    attributes = json.loads(Path(args.attributes).read_text())
    market, held = Pictures.joined([views(folder, attributes) for folder in args.views]), views(args.held_out, attributes)
    assert not set(market.people) & set(held.people), "a held-out person is among those to learn from"
    learn_made = held_made = None
    if args.people:
        made = Pictures.joined([synthetic(file, args.model, args.cache) for file in args.people])
        last = np.array([int(person) % 4 == 0 for person in made.people])
        learn_made, held_made = made.where(~last), made.where(last)

    found, total = {}, 0
    for name in VALUES:
        result = probe(name, both(market, learn_made, name, SYNTHETIC_SHARE), both(held, held_made, name, SYNTHETIC_SHARE))
        record = packed(result["weights"])
        w = unpacked(record)
        scores = [accuracy(w, part, name) for part in (held, held_made) if part is not None]
        told = "; ".join(" ".join(f"{key} {value:.3f}" for key, value in s.items()) for s in scores if s)
        print(f"{name}: {told} {result['choice']}", flush=True)
        _, classes, weights = both(market, learn_made, name, SYNTHETIC_SHARE)
        share = np.bincount(classes, weights, len(VALUES[name])) / weights.sum()
        share = [round(float(s), 3) for s in np.maximum(share, 0.001)]
        found[name] = {"values": list(VALUES[name]), "heldOut": round(scores[0]["right"], 3), "share": share, **record}
    network = hashlib.sha256(Path(args.model, "onnx", "filter_image.onnx").read_bytes()).hexdigest()
    file = Path(args.model, FILE)
    kept = json.loads(file.read_text())["evidence"] if file.exists() else EVIDENCE
    save(args.model, {"version": 1, "filter": f"sha256:{network}", "dimension": market.vectors.shape[1], "evidence": kept, "attributes": found})


if __name__ == "__main__":
    main()
