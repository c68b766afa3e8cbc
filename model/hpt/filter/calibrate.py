"""Turn similarities into probabilities, thresholds and false-match rates, on held-out identities only.

Held out: 100 Market training identities and CUHK03 val. Both count the same, whatever their size. The network that the
backbone starts from has most likely seen the held-out Market identities (they are of the training part), so their pictures
are measured as they are AND degraded (crop error, low resolution, blur, cast); CUHK03 val nobody has trained on.

    python calibrate.py --model MODEL_FOLDER --cache FOLDER --market ... [--mix-text 0.5]

For each query kind (image, text, mixed):
    tau          similarity that keeps the wanted recall of true matches; share of the gallery it keeps
    llr          similarity -> log-likelihood ratio same person : different person; rising, at most 32 points
    impostor     similarity exceeded by one in 1/rate pairs of different people
    genuineBest  quantiles of the best true match of a query
    presence     is the person there at all: weights and thresholds of whole searches, see open_set.py
"""

import argparse
import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import captions as words
import data
import open_set
from augment import view
from embed import Cache, Filter
from export import IMAGE, TEXT, TOKENIZER
from image_tower import DIMENSION, IDENTITY
from metrics import evaluate

RECALL = {"image": 0.99, "text": 0.95, "mixed": 0.98}  # words: 0.90 keeps 38 % of a gallery, 0.95 47 %, 0.97 56 %
RATES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
QUANTILES = (0.01, 0.05, 0.10, 0.25, 0.50)
POINTS, LARGEST = 32, 16.0
TAIL = 1e-3  # share of different people's pairs whose density is continued, not counted


@dataclass
class Pairs:
    """Similarities of one data set: [queries, gallery], what each pair is (1 same, 0 different, -1 not counted)."""

    similarity: np.ndarray
    kind: np.ndarray


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def pair_kinds(query_ids, query_cams, gallery_ids, gallery_cams) -> np.ndarray:
    """1 for the same person in another camera, 0 for another person, -1 for the same person in the same camera."""
    same = np.asarray(query_ids)[:, None] == np.asarray(gallery_ids)[None]
    if query_cams is None:
        return same.astype(np.int8)
    near = np.asarray(query_cams)[:, None] == np.asarray(gallery_cams)[None]
    return np.where(same & near, -1, same).astype(np.int8)


def balanced(sets: list[Pairs], value: int) -> tuple[np.ndarray, np.ndarray]:
    """Similarities of one kind over all sets and weights that give each set the same say; weights sum to 1."""
    found = [p.similarity[p.kind == value] for p in sets]
    return np.concatenate(found), np.concatenate([np.full(len(f), 1 / len(f) / len(sets)) for f in found])


def quantile(values: np.ndarray, weights: np.ndarray, share) -> np.ndarray:
    """Weighted quantiles."""
    order = np.argsort(values)
    return np.interp(share, np.cumsum(weights[order]) - weights[order] / 2, values[order])


def isotonic(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pool adjacent violators: the closest rising sequence."""
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            v, w, n = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + v * w) / (blocks[-1][1] + w), blocks[-1][1] + w, blocks[-1][2] + n]
    return np.concatenate([np.full(n, v) for v, _, n in blocks])


def density(values: np.ndarray, weights: np.ndarray, edges: np.ndarray, width: float) -> np.ndarray:
    """Density at the middle of each bin, smoothed by a Gaussian of the given width (in units of similarity)."""
    step = edges[1] - edges[0]
    counts, _ = np.histogram(values, edges, weights=weights / weights.sum())
    reach = np.arange(-int(4 * width / step), int(4 * width / step) + 1) * step
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    return np.convolve(counts / step, kernel / kernel.sum(), mode="same")


def ratio_table(sets: list[Pairs], pictured: bool, step: float = 0.005) -> dict[str, list[float]]:
    """Rising piecewise-linear table from similarity to log-likelihood ratio.

    Counting pairs saturates where pairs of different people run out, and a candidate that is first among thousands lies
    just there. So beyond the one in a thousand, their density is continued as an exponential with the mean excess of the
    pairs that are there (the peaks-over-threshold estimate with shape 0).

    pictured: there is a picture in the query. The pairs of one person measured here are from different cameras; the same
    camera a moment later is more alike than any of them, and no reason for doubt, so beyond their upper quartile their
    density is not let fall. Words know no such nearness: their table ends where true pairs end.
    """
    true, true_weight = balanced(sets, 1)
    false, false_weight = balanced(sets, 0)
    edges = np.arange(-1, 1 + step, step)
    centre = (edges[1:] + edges[:-1]) / 2
    p = density(true, true_weight, edges, 4 * step)
    q = density(false, false_weight, edges, 2 * step)
    start = float(quantile(false, false_weight, 1 - TAIL))
    beyond = false > start
    decay = 1 / np.average(false[beyond] - start, weights=false_weight[beyond])
    q = np.where(centre > start, TAIL * decay * np.exp(-decay * (centre - start)), q)
    low, quartile, high = quantile(true, true_weight, [0.001, 0.75, 0.999])
    if pictured:
        p, high = np.where(centre > quartile, p[np.searchsorted(centre, quartile)], p), 1
    seen = (centre >= low) & (centre <= high)
    log_ratio = np.clip(np.log((p[seen] + 1e-6) / (q[seen] + 1e-9)), -LARGEST, LARGEST)
    rising = isotonic(log_ratio, np.ones(seen.sum()))
    at = np.unique(np.linspace(0, seen.sum() - 1, POINTS).round().astype(int))
    value = np.maximum.accumulate(rising[at] + np.arange(len(at)) * 1e-4)
    return {"score": [round(float(s), 5) for s in centre[seen][at]], "value": [round(float(v), 4) for v in value]}


def calibration(sets: list[Pairs], recall: float, pictured: bool) -> tuple[float, dict]:
    """tau and the calibration record of one query kind."""
    true, true_weight = balanced(sets, 1)
    false, false_weight = balanced(sets, 0)
    tau = float(quantile(true, true_weight, 1 - recall))
    kept = float(np.mean([np.mean((p.similarity >= tau)[p.kind >= 0]) for p in sets]))
    best, best_weight = [], []
    for p in sets:
        top = np.where(p.kind == 1, p.similarity, -9).max(1)
        top = top[top > -9]
        best.append(top), best_weight.append(np.full(len(top), 1 / len(top) / len(sets)))
    best, best_weight = np.concatenate(best), np.concatenate(best_weight)
    rounded = lambda xs: [round(float(x), 5) for x in xs]
    return round(tau, 5), {
        "llr": ratio_table(sets, pictured),
        "impostor": {"rate": list(RATES), "threshold": rounded(quantile(false, false_weight, 1 - np.array(RATES)))},
        "genuineBest": {"quantile": list(QUANTILES), "score": rounded(quantile(best, best_weight, QUANTILES))},
        "recallAtTau": recall,
        "keptAtTau": round(kept, 4),
    }


@dataclass
class HeldOut:
    """One held-out set: pictures, their embeddings as queries and as gallery, and texts about them."""

    pictures: list[data.Picture]
    queries: np.ndarray
    gallery: np.ndarray
    texts: dict[str, list[np.ndarray]]  # identity -> embeddings of texts about the person
    strangers: np.ndarray  # training pictures of the same data set: other people for simulated galleries, never matches

    @property
    def ids(self):
        return np.array([p.identity for p in self.pictures])

    @property
    def cameras(self):
        return np.array([p.camera for p in self.pictures])


def text_queries(held: HeldOut) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings of all texts [n, 384] and their identities."""
    pairs = [(t, identity) for identity, ts in sorted(held.texts.items()) for t in ts]
    return np.stack([t for t, _ in pairs]), np.array([i for _, i in pairs])


def mixed_queries(held: HeldOut, weight: float, rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """normalise(picture + weight * text) for every picture of a described person, and their rows."""
    rows = [i for i, p in enumerate(held.pictures) if p.identity in held.texts]
    texts = np.stack([rng.choice(held.texts[held.pictures[i].identity]) for i in rows])
    return unit(held.queries[rows] + weight * texts), np.array(rows)


def pairs_of(held: HeldOut, kind: str, weight: float) -> Pairs:
    if kind == "image":
        return Pairs(held.queries @ held.gallery.T, pair_kinds(held.ids, held.cameras, held.ids, held.cameras))
    if kind == "text":
        queries, ids = text_queries(held)
        return Pairs(queries @ held.gallery.T, pair_kinds(ids, None, held.ids, None))
    queries, rows = mixed_queries(held, weight, random.Random(3))
    return Pairs(queries @ held.gallery.T, pair_kinds(held.ids[rows], held.cameras[rows], held.ids, held.cameras))


def searched(held: HeldOut, kind: str, weight: float) -> tuple:
    """What open_set.py draws searches from: queries, their identities, kinds of pair, gallery, strangers."""
    kinds = pairs_of(held, kind, weight).kind
    if kind == "image":
        return held.queries, held.ids, kinds, held.gallery, held.strangers
    if kind == "text":
        return *text_queries(held), kinds, held.gallery, held.strangers
    queries, rows = mixed_queries(held, weight, random.Random(3))
    return queries, held.ids[rows], kinds, held.gallery, held.strangers


def rejecting(held: HeldOut, subtract: float, ratio: dict | None = None) -> Pairs:
    """Every query after its best wrong candidate has been rejected, in one of two ways.

    subtract: the query becomes normalise(picture - subtract * rejected picture).
    ratio: a table of ratio_table; the rejected person is a rival hypothesis for each candidate, as in the product
    (src/retrieval/calibration.ts), with one expected match.
    """
    pairs = pairs_of(held, "image", 0)
    worst = np.where(pairs.kind == 0, pairs.similarity, -9).argmax(1)
    kind = pairs.kind.copy()
    kind[np.arange(len(worst)), worst] = -1
    value = unit(held.queries - subtract * held.gallery[worst]) @ held.gallery.T
    if ratio is not None:
        prior = 1 / value.shape[1]
        sought, rival = (prior * np.exp(np.interp(x, ratio["score"], ratio["value"])) for x in (value, held.gallery[worst] @ held.gallery.T))
        value = sought / (sought + rival + 1 - prior)
    return Pairs(value, kind)


def score(pairs: Pairs) -> float:
    """Mean average precision of pairs."""
    n = np.where(pairs.kind >= 0, pairs.similarity, -9)
    ids = np.where(pairs.kind == 1, 1, 0)
    precision = []
    for row, hit in zip(n, ids):
        ranks = np.flatnonzero(hit[np.argsort(-row, kind="stable")])
        if len(ranks):
            precision.append(np.mean((np.arange(len(ranks)) + 1) / (ranks + 1)))
    return 100 * float(np.mean(precision))


def held_out_sets(args) -> list[HeldOut]:
    """Market held-out, queries degraded and gallery as it is, and CUHK03 val; each with human and template texts."""
    network = Filter(args.model, args.threads)
    cache = Cache(args.cache, str(Path(args.model, IMAGE)), network.pictures)
    split = data.split(args.market, args.cuhk03, args.captions)
    pictures = split.held_out
    market = [p for p in pictures if p.identity[0] == "m"]
    cuhk03 = [p for p in pictures if p.identity[0] == "c"]
    degrade = lambda pixels, picture: view(random.Random(f"calibration {Path(picture.path).name}"), pixels, "identity")
    jobs = {
        "held_degraded": lambda: cache.get("held_degraded", market, lambda ps: network.pictures(ps, degrade)),
        "held_market": lambda: cache.get("held_market", market),
        "cuhk03": lambda: cache.get("cuhk03", cuhk03),
        "training": lambda: cache.get("training", split.training),
    }
    if args.only_embed:
        for name in args.only_embed:
            jobs[name]()
        return []
    people = data.attributes(args.attributes, "train")
    human = data.texts_of(pictures, data.captions(args.captions))
    rng = random.Random(11)

    def texts(mine):
        ids = sorted({p.identity for p in mine})
        asked = {i: [c.text for c in human.get(i, [])] + [words.describe(rng, people[i], n)[0] for n in (2, 3, 5) if i in people] for i in ids}
        return {i: list(network.texts(ts)) for i, ts in asked.items() if ts}

    found, trained = jobs["cuhk03"](), jobs["training"]()
    of_market = np.array([p.identity[0] == "m" for p in split.training])
    return [HeldOut(market, jobs["held_degraded"](), jobs["held_market"](), texts(market), trained[of_market]),
            HeldOut(cuhk03, found, found, texts(cuhk03), trained[~of_market])]


def checksum(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def sweep(sets: list[HeldOut]) -> None:
    """Print what other weights would give, to choose --identity-weight of export.py and --mix-text, and how to reject."""
    for share in (0.7, 0.8, 0.85, 0.9, 0.95, 1.0):
        values = []
        for held in sets:
            again = lambda z: np.concatenate([unit(z[:, :IDENTITY]) * share**0.5, unit(z[:, IDENTITY:]) * (1 - share) ** 0.5], 1)
            q, g = again(held.queries), again(held.gallery)
            values.append(evaluate(q @ g.T, held.ids, held.cameras, held.ids, held.cameras)["mAP"])
        print(f"identity weight {share}: image mAP " + " ".join(f"{v:.2f}" for v in values), flush=True)
    for weight in (0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0):
        print(f"mix.text {weight}: mixed mAP " + " ".join(f"{score(pairs_of(h, 'mixed', weight)):.2f}" for h in sets), flush=True)
    for weight in (0.0, 0.1, 0.2, 0.3, 0.5):
        print(f"rejected look-alike subtracted by {weight}: image mAP " + " ".join(f"{score(rejecting(h, weight)):.2f}" for h in sets), flush=True)
    table = ratio_table([pairs_of(h, "image", 0) for h in sets], pictured=True)
    print("rejected look-alike as a rival: image mAP " + " ".join(f"{score(rejecting(h, 0, table)):.2f}" for h in sets), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data.add_data_arguments(parser)
    parser.add_argument("--model", required=True, help="model folder of export.py; chatreid.json is written there")
    parser.add_argument("--cache", required=True, help="folder that keeps embeddings between calls")
    parser.add_argument("--only-embed", nargs="*", help="only embed these: held_degraded held_market cuhk03 training")
    parser.add_argument("--mix-text", type=float, default=0.5)
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--started-from", nargs="*", default=["Open Model Zoo person-reidentification-retail-0277 (Intel, Apache-2.0)"])
    parser.add_argument("--sweep", action="store_true", help="also print what other weights give")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    sets = held_out_sets(args)
    if not sets:
        return
    if args.sweep:
        sweep(sets)
    tau, tables = {}, {}
    for kind, recall in RECALL.items():
        pairs = [pairs_of(held, kind, args.mix_text) for held in sets]
        tau[kind], tables[kind] = calibration(pairs, recall, kind != "text")
        print(f"{kind}: mAP {' '.join(f'{score(p):.1f}' for p in pairs)} tau {tau[kind]} keeps {tables[kind]['keptAtTau']:.3f} "
              f"impostor 1e-3 {tables[kind]['impostor']['threshold'][4]} best match {tables[kind]['genuineBest']['score']}", flush=True)
        tables[kind]["presence"] = open_set.presence([searched(held, kind, args.mix_text) for held in sets], tables[kind]["llr"])
    model = Path(args.model)
    record = {
        "format": 1, "name": "chatreid-tiny", "version": args.version, "promptVersion": 1,
        "licence": "weights: research and evaluation only, non-commercial (see LICENSE)",
        "trainedOn": ["Market-1501 (training identities)", "Market-1501 attributes (training identities)", "CUHK03 labelled (train)",
                      "CUHK-PEDES public validation and test captions, without Market test identities"],
        "startedFrom": args.started_from,
        "filter": {
            "dimension": DIMENSION,
            "image": {"file": IMAGE, "width": 128, "height": 256, "scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1]},
            "text": {"file": TEXT, "tokenizer": TOKENIZER, "maxTokens": 64},
            "mix": {"text": args.mix_text},
            "tau": tau,
            "calibration": tables,
        },
        "checksums": {name: checksum(model / name) for name in (IMAGE, TEXT, TOKENIZER)},
    }
    # A language model beside the filter, its calibration and its checksums are not this command's: they stay as they are.
    before = json.loads((model / "chatreid.json").read_text()) if (model / "chatreid.json").exists() else {}
    record["checksums"] = {**before.get("checksums", {}), **record["checksums"]}
    if "language" in before:
        record = {**record, "language": before["language"]}
    (model / "chatreid.json.part").write_text(json.dumps(record, indent=1) + "\n")
    (model / "chatreid.json.part").replace(model / "chatreid.json")


if __name__ == "__main__":
    main()
