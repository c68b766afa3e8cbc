"""Measure the exported filter on Market-1501's test part, CUHK03 val and human captions. For reporting only.

    python report.py --model MODEL_FOLDER --cache FOLDER --market ... [--network NAME=FILE ...]

`--network` adds published re-identification networks (OpenVINO IR or ONNX) to the picture-to-picture tables. `--cache` keeps
features between calls, named by the checksum of the network; several processes with `--only-embed` fill it together.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np

import captions as words
import data
from embed import Cache, Filter
from export import IMAGE
from features import teacher
from metrics import evaluate


def test_sets(args) -> dict[str, list[data.Picture]]:
    """Pictures of every table: Market query and gallery, captioned hand-drawn crops, CUHK03 val."""
    query = data.market(args.market, "query")
    people = {p.identity for p in query}
    named = {c.file.split("/")[1] for c in data.captions(args.captions) if c.file.startswith("Market/") and c.identity in people}
    drawn = [p for p in data.market(args.market, "gt_bbox") if Path(p.path).name in named]
    return {"query": query, "gallery": data.market(args.market, "bounding_box_test"), "drawn": drawn,
            "cuhk03": data.cuhk03(args.cuhk03, "val")}


def line(scores: dict[str, float]) -> str:
    return " ".join(f"{k} {v:.2f}" if k != "queries" else f"queries {v}" for k, v in scores.items())


def picture_tables(name: str, cache: Cache, sets: dict) -> None:
    """Market-1501 official protocol and CUHK03 val, every picture against all of the other camera."""
    of = lambda s: ([p.identity for p in sets[s]], [p.camera for p in sets[s]])
    q, g, c = (cache.get(s, sets[s]) for s in ("query", "gallery", "cuhk03"))
    print(f"{name} Market-1501: {line(evaluate(q @ g.T, *of('query'), *of('gallery')))}", flush=True)
    print(f"{name} CUHK03 val: {line(evaluate(c @ c.T, *of('cuhk03'), *of('cuhk03')))}", flush=True)


def text_tables(network: Filter, cache: Cache, sets: dict, args) -> None:
    """Human captions of test people against their own pictures and the gallery; template clues against the gallery."""
    people = {p.identity for p in sets["query"]}
    asked = [c for c in data.captions(args.captions) if c.file.startswith("Market/") and c.identity in people]
    text = network.texts([c.text for c in asked])
    ids = [c.identity for c in asked]
    for name in ("drawn", "gallery"):
        pictures = sets[name]
        scores = evaluate(text @ cache.get(name, pictures).T, ids, None, [p.identity for p in pictures], None)
        print(f"human captions ({len(asked)}) against {name} ({len(pictures)} pictures): {line(scores)}", flush=True)
    traits = data.attributes(args.attributes, "test")
    rows = [i for i, p in enumerate(sets["gallery"]) if p.identity in traits]
    gallery_ids = np.array([sets["gallery"][i].identity for i in rows])
    gallery = cache.get("gallery", sets["gallery"])[rows]
    rng = random.Random(7)
    for count in (1, 2, 3):
        clues = [words.describe(rng, traits[i], count) for i in sorted(traits)]
        similarity = network.texts([t for t, _ in clues]) @ gallery.T
        precision, chance, rank = [], [], []
        for row, (_, claims) in enumerate(clues):
            fit = {i: words.fits(traits[i], claims) == 1 for i in set(gallery_ids)}
            good = np.array([fit[i] for i in gallery_ids])
            order = np.argsort(-similarity[row])
            precision.append(good[order[:10]].mean()), chance.append(good.mean()), rank.append(good[order[0]])
        print(f"{count} clue(s): first fits {100 * np.mean(rank):.1f} %, of the first ten {100 * np.mean(precision):.1f} % fit, "
              f"by chance {100 * np.mean(chance):.1f} %", flush=True)


def expected_calibration_error(similarity: np.ndarray, same: np.ndarray, table: dict, bins: int = 15) -> float:
    """Of balanced pairs: mean distance between the stated probability and the share of same-person pairs."""
    chance = 1 / (1 + np.exp(-np.interp(similarity, table["score"], table["value"])))
    weight = np.where(same, 0.5 / same.sum(), 0.5 / (~same).sum())
    box = np.minimum((chance * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = box == b
        if inside.any():
            w = weight[inside]
            total += abs((w * same[inside]).sum() - (w * chance[inside]).sum())
    return float(total)


def calibration_tables(network: Filter, cache: Cache, sets: dict, args) -> None:
    """How the calibration of the held-out identities holds on the Market test part."""
    record = json.loads(Path(args.model, "chatreid.json").read_text())["filter"]
    q, g = (cache.get(s, sets[s]) for s in ("query", "gallery"))
    ids = [np.array([p.identity for p in sets[s]]) for s in ("query", "gallery")]
    cams = [np.array([p.camera for p in sets[s]]) for s in ("query", "gallery")]
    same = ids[0][:, None] == ids[1][None]
    other_camera = cams[0][:, None] != cams[1][None]
    similarity = q @ g.T
    asked = [c for c in data.captions(args.captions) if c.file.startswith("Market/") and c.identity in set(ids[0])]
    text = network.texts([c.text for c in asked]) @ g.T
    text_same = np.array([c.identity for c in asked])[:, None] == ids[1][None]
    rng, by_person = random.Random(9), {}
    for c, embedding in zip(asked, network.texts([c.text for c in asked])):
        by_person.setdefault(c.identity, []).append(embedding)
    rows = [i for i, identity in enumerate(ids[0]) if identity in by_person]
    mixed = q[rows] + record["mix"]["text"] * np.stack([rng.choice(by_person[ids[0][i]]) for i in rows])
    mixed = mixed / np.linalg.norm(mixed, axis=1, keepdims=True) @ g.T
    picture_only = evaluate(similarity[rows], ids[0][rows], cams[0][rows], ids[1], cams[1])
    both = evaluate(mixed, ids[0][rows], cams[0][rows], ids[1], cams[1])
    print(f"picture and caption ({len(rows)} queries): {line(both)}; picture alone: {line(picture_only)}", flush=True)
    for kind, scores, match, use in (("image", similarity, same, ~same | other_camera), ("text", text, text_same, None),
                                     ("mixed", mixed, same[rows], (~same | other_camera)[rows])):
        use = np.ones_like(match) if use is None else use
        table, tau = record["calibration"][kind], record["tau"][kind]
        s, m = scores[use], match[use]
        print(f"{kind}: ECE {expected_calibration_error(s, m, table['llr']):.4f}; tau keeps {100 * (s[m] >= tau).mean():.2f} % of true "
              f"matches and {100 * (s >= tau).mean():.1f} % of the gallery; wanted false-match rates "
              + ", ".join(f"{r:g}: {(s[~m] >= t).mean():.1e}" for r, t in zip(*table["impostor"].values())), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data.add_data_arguments(parser)
    parser.add_argument("--model", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--network", nargs="*", default=[], metavar="NAME=FILE")
    parser.add_argument("--only-embed", nargs="*", help="only compute the features of these sets")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    sets = test_sets(args)
    network = Filter(args.model, args.threads)
    own = Cache(args.cache, str(Path(args.model, IMAGE)), network.pictures)
    if args.only_embed:
        for name in args.only_embed:
            own.get(name, sets[name])
        return
    picture_tables("chatreid-tiny", own, sets)
    text_tables(network, own, sets, args)
    calibration_tables(network, own, sets, args)
    for entry in args.network:
        name, file = entry.split("=", 1)
        # The weights tell networks apart; an IR keeps them beside its xml.
        weights = file.removesuffix(".xml") + ".bin" if file.endswith(".xml") else file
        picture_tables(name, Cache(args.cache, weights, lambda ps, f=file: teacher(f, ps, args.threads)), sets)


if __name__ == "__main__":
    main()
