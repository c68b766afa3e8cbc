"""The people: body, skin, hair and outfits with the words for them, drawn from one seed."""

from __future__ import annotations

import copy

import numpy as np

# Colour names and their sRGB values; a garment gets a small jitter that keeps the name true.
COLOURS = {
    "black": (0.09, 0.09, 0.10), "white": (0.90, 0.90, 0.89), "grey": (0.50, 0.50, 0.51),
    "navy": (0.085, 0.11, 0.235), "blue": (0.14, 0.31, 0.64), "light blue": (0.55, 0.73, 0.90),
    "red": (0.75, 0.10, 0.11), "burgundy": (0.40, 0.08, 0.15), "green": (0.12, 0.46, 0.22),
    "olive": (0.36, 0.37, 0.19), "yellow": (0.91, 0.76, 0.14), "orange": (0.90, 0.43, 0.10),
    "pink": (0.92, 0.55, 0.66), "purple": (0.42, 0.20, 0.55), "brown": (0.37, 0.23, 0.14),
    "beige": (0.78, 0.68, 0.53), "teal": (0.06, 0.45, 0.47),
}  # fmt: skip
UPPER_COLOURS = list(COLOURS)
LOWER_COLOURS = ["black", "grey", "navy", "blue", "beige", "brown", "olive", "white", "burgundy"]
LOWER_WEIGHTS = [0.26, 0.15, 0.17, 0.10, 0.10, 0.07, 0.07, 0.04, 0.04]
HAIR_COLOURS = {
    "black": (0.08, 0.07, 0.07), "brown": (0.27, 0.17, 0.11), "blond": (0.74, 0.58, 0.34),
    "grey": (0.60, 0.60, 0.60), "red": (0.52, 0.22, 0.10),
}  # fmt: skip
# From very light to very dark; undertones vary a little around this line.
SKIN = np.array(
    [
        (0.93, 0.79, 0.71), (0.90, 0.73, 0.62), (0.85, 0.67, 0.53), (0.76, 0.56, 0.42),
        (0.64, 0.45, 0.32), (0.50, 0.34, 0.24), (0.37, 0.25, 0.18), (0.26, 0.17, 0.13),
    ]
)  # fmt: skip


def _pick(rng, options, weights=None):
    if weights is not None:
        weights = np.asarray(weights, dtype=float) / np.sum(weights)
    return options[int(rng.choice(len(options), p=weights))]


def shade(rng, name: str):
    """An sRGB value of a named colour, jittered."""
    base = np.array(COLOURS[name])
    return tuple(np.clip(base * rng.normal(1, 0.06) + rng.normal(0, 0.012, 3), 0.02, 0.95))


def _garment(rng, kind, colour_name, **more) -> dict:
    return {
        "kind": kind,
        "colour_name": colour_name,
        "colour": shade(rng, colour_name),
        "seed": int(rng.integers(1000)),
        **more,
    }


def _with_pattern(rng, garment: dict, patterns: dict) -> dict:
    pattern = _pick(rng, list(patterns), list(patterns.values()))
    garment["pattern"] = pattern
    if pattern == "plain":
        return garment
    first = garment["colour_name"]
    light = first in ("white", "beige", "yellow", "light blue", "pink")
    choices = (
        ["black", "navy", "red", "green", "blue", "burgundy"]
        if light
        else ["white", "yellow", "light blue", "beige", "orange"]
    )
    if pattern == "camouflage":
        choices = ["olive"] if first != "olive" else ["brown"]
    if pattern in ("two-tone", "contrast sleeves"):
        choices = [
            c
            for c in ("white", "black", "navy", "red", "yellow", "green", "grey", "orange", "light blue")
            if c != first
        ]
    second = _pick(rng, [c for c in choices if c != first])
    garment["pattern_colour_name"], garment["pattern_colour"] = second, shade(rng, second)
    garment["period"] = float(_pick(rng, [0.05, 0.07, 0.11]))
    return garment


def _body(rng, gender: str, age: str) -> dict:
    """Phenotype values for anny: see its labels; 0 is male, 1 is female."""
    build = _pick(rng, ["slim", "average", "heavy"], [0.3, 0.5, 0.2])
    weight = {"slim": rng.uniform(0.15, 0.4), "average": rng.uniform(0.4, 0.6), "heavy": rng.uniform(0.72, 1.0)}[build]
    years = {"child": rng.uniform(0.42, 0.50), "adult": rng.uniform(0.62, 0.82), "elderly": rng.uniform(0.92, 1.0)}[age]
    mix = rng.dirichlet([0.7, 0.7, 0.7])
    return {
        "build": build,
        "phenotype": {
            "gender": float(rng.uniform(0.9, 1.0) if gender == "woman" else rng.uniform(0.0, 0.1)),
            "age": float(years), "muscle": float(rng.uniform(0.35, 0.7)), "weight": float(weight),
            "height": float(np.clip(rng.normal(0.5, 0.16), 0.12, 0.88)), "proportions": float(rng.uniform(0.4, 0.8)),
            "cupsize": float(rng.uniform(0.3, 0.6)), "firmness": 0.6,
            "african": float(mix[0]), "asian": float(mix[1]), "caucasian": float(mix[2]),
        },
    }  # fmt: skip


def _hair(rng, gender: str, age: str, depth: float) -> dict:
    if gender == "woman":
        hair = _pick(
            rng, ["long", "medium", "bob", "ponytail", "bun", "short", "curly", "afro"], [26, 12, 10, 20, 9, 9, 9, 5]
        )
    else:
        hair = _pick(rng, ["short", "cropped", "bald", "curly", "afro", "medium", "bun"], [50, 20, 12, 8, 4, 4, 2])
    if hair == "afro" and depth < 4:
        hair = "curly"
    if age == "child" and hair == "bald":
        hair = "short"
    if age == "elderly":
        name = _pick(rng, ["grey", "brown", "black"], [0.85, 0.1, 0.05])
    elif depth > 3.5:
        name = _pick(rng, ["black", "brown"], [0.85, 0.15])
    else:
        name = _pick(rng, ["black", "brown", "blond", "red", "grey"], [0.3, 0.34, 0.22, 0.08, 0.06])
    colour = tuple(np.clip(np.array(HAIR_COLOURS[name]) * rng.uniform(0.85, 1.15), 0, 0.95))
    return {"hair": hair, "hair_colour_name": name, "hair_colour": colour}


def _upper(rng, gender: str, age: str) -> tuple[dict, dict | None]:
    kinds = {
        "t-shirt": 20, "polo shirt": 5, "tank top": 4, "shirt": 12, "sweater": 12, "hoodie": 13,
        "jacket": 14, "puffer jacket": 8, "suit jacket": 6, "coat": 8, "vest": 4, "safety vest": 3,
    }  # fmt: skip
    if age == "child":
        kinds = {"t-shirt": 30, "sweater": 15, "hoodie": 25, "puffer jacket": 20, "jacket": 10}
    kind = _pick(rng, list(kinds), list(kinds.values()))
    name = _pick(rng, UPPER_COLOURS)
    if kind == "suit jacket":
        name = _pick(rng, ["black", "navy", "grey", "brown", "burgundy", "beige"])
    if kind == "coat":
        name = _pick(
            rng, ["black", "navy", "beige", "grey", "brown", "olive", "red", "burgundy", "pink", "yellow", "teal"]
        )
    if kind == "safety vest":
        name = _pick(rng, ["yellow", "orange"])
    garment = _garment(rng, kind, name, loose=float(rng.uniform(0.1, 0.8)))
    if kind == "safety vest":
        # Fluorescent cloth is brighter than the palette's colours.
        bright = {"yellow": (0.85, 0.95, 0.12), "orange": (0.98, 0.42, 0.08)}[name]
        garment |= {
            "colour": bright,
            "pattern": "bands",
            "pattern_colour": COLOURS["white"],
            "pattern_colour_name": "white",
        }
        return garment, _garment(rng, "sweater", _pick(rng, ["navy", "grey", "black", "blue"]), loose=0.1)
    patterns = {
        "t-shirt": {"plain": 45, "striped": 20, "printed": 25, "contrast sleeves": 6, "floral": 4},
        "polo shirt": {"plain": 60, "striped": 40}, "tank top": {"plain": 70, "printed": 15, "striped": 15},
        "shirt": {"plain": 45, "checked": 32, "pinstriped": 13, "floral": 10},
        "sweater": {"plain": 55, "striped": 28, "two-tone": 17},
        "hoodie": {"plain": 58, "printed": 24, "contrast sleeves": 10, "camouflage": 8},
        "jacket": {"plain": 66, "two-tone": 20, "contrast sleeves": 9, "camouflage": 5},
        "puffer jacket": {"plain": 80, "two-tone": 20},
    }.get(kind, {"plain": 1})  # fmt: skip
    garment = _with_pattern(rng, garment, patterns)
    if kind == "t-shirt" and rng.random() < 0.25:
        garment["neck"] = "v"
    inner = None
    opened = {"jacket": 0.5, "coat": 0.5, "puffer jacket": 0.3, "suit jacket": 1.0, "vest": 1.0}.get(kind, 0.0)
    if rng.random() < opened:
        garment["open"] = float(rng.uniform(0.03, 0.075))
        inner_name = _pick(
            rng, [c for c in ("white", "grey", "black", "light blue", "red", "yellow", "pink", "green") if c != name]
        )
        if kind == "vest":
            garment["open"] *= 0.7
        inner_kind = {"suit jacket": "shirt", "vest": "sweater"}.get(kind, "t-shirt")
        inner = _garment(rng, inner_kind, inner_name, loose=0.1)
        inner = _with_pattern(rng, inner, {"plain": 80, "striped": 20})
    return garment, inner


def _lower(rng, gender: str, age: str, upper: dict) -> dict:
    kinds = {"trousers": 34, "jeans": 34, "shorts": 14}
    if gender == "woman":
        kinds |= {"leggings": 12, "skirt": 14, "long skirt": 6}
    if upper["kind"] in ("suit jacket", "coat", "puffer jacket"):
        kinds["shorts"] = 0
    if upper["kind"] == "suit jacket":
        kinds = {"trousers": 70, "skirt": 30 if gender == "woman" else 0}
    kind = _pick(rng, list(kinds), list(kinds.values()))
    if kind == "jeans":
        name = _pick(rng, ["blue", "navy", "light blue", "black", "grey"], [0.34, 0.24, 0.2, 0.12, 0.1])
        garment = _garment(rng, kind, name, loose=float(rng.uniform(0.05, 0.6)))
        # Denim is greyer than the palette's blues.
        garment["colour"] = tuple(0.62 * np.array(garment["colour"]) + 0.38 * np.array([0.31, 0.37, 0.46]))
        return garment
    if kind in ("skirt", "long skirt"):
        name = _pick(rng, UPPER_COLOURS)
        long = kind == "long skirt"
        hem, flare = (0.20, 0.05) if long else (float(rng.uniform(0.54, 0.70)), float(rng.uniform(0.0, 0.28)))
        garment = _garment(rng, kind, name, hem=hem, flare=flare)
        if not long and rng.random() < 0.35:
            garment["stockings"] = COLOURS["black"]
        return _with_pattern(rng, garment, {"plain": 70, "floral": 15, "checked": 15})
    name = _pick(rng, LOWER_COLOURS, LOWER_WEIGHTS)
    if kind == "leggings":
        name = _pick(rng, ["black", "navy", "grey", "purple", "burgundy"], [0.5, 0.15, 0.15, 0.1, 0.1])
    garment = _garment(rng, kind, name, loose=float(rng.uniform(0.05, 1.0)))
    if name == "blue":
        garment["colour"] = tuple(0.75 * np.array(garment["colour"]) + 0.04)
    patterns = {"plain": 80, "side stripe": 14, "camouflage": 6} if kind == "trousers" else {"plain": 1}
    return _with_pattern(rng, garment, patterns) if upper["kind"] != "suit jacket" else garment | {"pattern": "plain"}


def _dress(rng) -> dict:
    name = _pick(rng, UPPER_COLOURS)
    garment = _garment(
        rng, "dress", name, loose=0.1, sleeve=float(_pick(rng, [0.05, 0.45, 1.97])),
        hem=float(rng.uniform(0.42, 0.68)), flare=float(rng.uniform(0.05, 0.3)),
    )  # fmt: skip
    return _with_pattern(rng, garment, {"plain": 50, "floral": 28, "striped": 12, "checked": 10})


def make_outfit(rng, gender: str, age: str) -> dict:
    """One set of clothes with shoes, hat, scarf and hood."""
    if gender == "woman" and age != "child" and rng.random() < 0.13:
        upper, inner = _dress(rng), None
        lower = {"kind": "dress", "colour_name": upper["colour_name"], "colour": upper["colour"]}
        if rng.random() < 0.3:
            lower["stockings"] = COLOURS["black"]
    else:
        upper, inner = _upper(rng, gender, age)
        lower = _lower(rng, gender, age, upper)
        if upper["kind"] == "coat":
            upper |= {"hem": float(rng.uniform(0.42, 0.66)), "flare": float(rng.uniform(0.02, 0.10))}
    shoes_kind = _pick(rng, ["sneakers", "shoes", "boots"], [0.55, 0.27, 0.18])
    if lower["kind"] in ("shorts", "leggings") and shoes_kind == "shoes":
        shoes_kind = "sneakers"
    shoe_names = {
        "sneakers": ["white", "black", "grey", "red", "blue", "pink"],
        "shoes": ["black", "brown", "beige"],
        "boots": ["black", "brown", "olive"],
    }
    shoes = _garment(rng, shoes_kind, _pick(rng, shoe_names[shoes_kind]))
    shoes["sole"] = (0.88, 0.88, 0.86) if shoes_kind == "sneakers" else (0.07, 0.06, 0.06)
    hats = ["none", "cap", "beanie", "sun hat"]
    hat = _pick(rng, hats, [74, 13, 8, 5] if gender == "woman" else [68, 21, 11, 0])
    hat_name = _pick(rng, UPPER_COLOURS)
    outfit = {
        "upper": upper, "inner": inner, "lower": lower, "shoes": shoes,
        "hat": hat, "hat_colour_name": hat_name, "hat_colour": shade(rng, hat_name),
        "hood": upper["colour"] if upper["kind"] == "hoodie" else None, "scarf": None,
        "belt": (0.10, 0.08, 0.07) if rng.random() < 0.4 else tuple(0.8 * np.array(lower["colour"])),
    }  # fmt: skip
    if upper["kind"] in ("coat", "jacket", "puffer jacket", "sweater") and rng.random() < 0.22:
        name = _pick(rng, [c for c in UPPER_COLOURS if c != upper["colour_name"]])
        outfit |= {"scarf": shade(rng, name), "scarf_name": name}
    return outfit


def _bag(rng, gender: str, age: str) -> dict:
    kinds = {"none": 44, "backpack": 24, "shoulder bag": 14, "shopping bag": 6, "suitcase": 5}
    kinds["handbag"] = 12 if gender == "woman" else 2
    if age == "child":
        kinds = {"none": 50, "backpack": 50}
    kind = _pick(rng, list(kinds), list(kinds.values()))
    name = _pick(
        rng, ["black", "grey", "navy", "brown", "red", "green", "blue", "yellow", "pink", "purple", "orange", "beige"]
    )
    if kind == "shopping bag":
        name = _pick(rng, ["white", "beige", "red", "green", "yellow"])
    return {
        "bag": kind,
        "bag_colour_name": name,
        "bag_colour": shade(rng, name),
        "bag_side": _pick(rng, ["left", "right"]),
    }


def make_person(rng) -> dict:
    """One identity: body, face and hair, a bag, and one outfit (see make_outfit)."""
    gender = _pick(rng, ["woman", "man"])
    age = _pick(rng, ["adult", "elderly", "child"], [0.80, 0.13, 0.07])
    depth = rng.uniform(0, 7)
    skin = np.array([np.interp(depth, np.arange(8), SKIN[:, i]) for i in range(3)])
    look = {
        "gender": gender, "age": age, "seed": int(rng.integers(1000)),
        "skin": tuple(np.clip(skin * (1 + rng.normal(0, 0.02, 3)), 0, 1)),
        "receding": float(rng.uniform(0, 0.03)) if gender == "man" and age != "child" else 0.0,
        "beard": float(_pick(rng, [0.0, 0.25, 0.85], [0.5, 0.2, 0.3])) if gender == "man" and age != "child" else 0.0,
        "glasses": bool(rng.random() < 0.14 and age != "child"),
        **_body(rng, gender, age), **_hair(rng, gender, age, depth), **_bag(rng, gender, age),
    }  # fmt: skip
    look["brow_colour"] = tuple(np.array(look["hair_colour"]) * 0.8)
    look["outfit"] = make_outfit(rng, gender, age)
    if gender == "woman" and age != "child" and rng.random() < 0.08:
        name = _pick(rng, UPPER_COLOURS)
        look["outfit"] |= {"hat": "headscarf", "hat_colour_name": name, "hat_colour": shade(rng, name), "scarf": None}
    return look


def look_alike(rng, person: dict) -> dict:
    """Another person in nearly the same clothes: one or two things differ."""
    other = make_person(rng)
    twin = copy.deepcopy(person)
    for key in ("phenotype", "build", "seed", "skin", "receding", "beard", "glasses"):
        twin[key] = other[key]
    twin["phenotype"]["gender"] = person["phenotype"]["gender"]
    if twin["gender"] == "woman":
        twin["beard"] = twin["receding"] = 0.0
    twin["phenotype"]["age"] = person["phenotype"]["age"]
    changes = rng.permutation(["bag", "shoes", "lower", "hair", "upper"])[: int(rng.integers(1, 3))]
    for change in changes:
        if change == "bag":
            twin |= _bag(rng, twin["gender"], twin["age"])
        elif change == "hair":
            twin |= _hair(rng, twin["gender"], twin["age"], 2.0)
        elif change == "upper":
            name = _pick(
                rng,
                [
                    c
                    for c in ("black", "white", "red", "blue", "green", "yellow", "grey")
                    if c != twin["outfit"]["upper"]["colour_name"]
                ],
            )
            twin["outfit"]["upper"] |= {"colour_name": name, "colour": shade(rng, name)}
            if twin["outfit"]["hood"]:
                twin["outfit"]["hood"] = twin["outfit"]["upper"]["colour"]
            if twin["outfit"]["lower"]["kind"] == "dress":
                twin["outfit"]["lower"] |= {"colour_name": name}
        elif twin["outfit"]["lower"]["kind"] != "dress" or change == "shoes":
            name = _pick(rng, ["black", "white", "grey", "brown", "navy"])
            twin["outfit"][change] |= {"colour_name": name, "colour": shade(rng, name)}
    for part in ("upper", "lower"):
        if twin["outfit"][part].get("pattern_colour_name") == twin["outfit"][part]["colour_name"]:
            twin["outfit"][part] |= {"pattern": "plain", "pattern_colour": None}
    return twin
