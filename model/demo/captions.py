"""Words for one picture: tags and a sentence, only of what its pixels really show."""

from __future__ import annotations

import numpy as np

# Smallest share of the person's pixels at which a thing counts as visible.
VISIBLE = {
    "upper": 0.05,
    "inner": 0.02,
    "lower": 0.04,
    "shoes": 0.010,
    "hair": 0.012,
    "hat": 0.008,
    "bag": 0.014,
    "scarf": 0.006,
    "straps": 0.007,
    "pattern upper": 0.014,
    "pattern lower": 0.006,
    "stockings": 0.02,
    "phone": 0.002,
    "head": 0.02,
}


def visible_attributes(look: dict, outfit: dict, seen: dict[str, float], facing: float) -> dict:
    """Tags in a fixed order. seen: pixels per layer (camera.Shot); facing: cosine between the
    person's front and the direction to the camera."""
    total = max(seen.get("whole", 1.0), 1.0)

    def shows(name: str) -> bool:
        return seen.get(name, 0.0) / total >= VISIBLE[name]

    upper, lower = outfit["upper"], outfit["lower"]
    view = "front" if facing > 0.55 else "back" if facing < -0.55 else "side"
    tags = {"gender": "female" if look["gender"] == "woman" else "male", "age": look["age"], "view": view}
    if look["build"] != "average":
        tags["build"] = look["build"]
    if shows("upper"):
        tags |= {"upper": upper["kind"], "upper_color": upper["colour_name"]}
        tags |= _pattern("upper", upper, shows("pattern upper"))
    if outfit["inner"] and shows("inner"):
        tags |= {"inner": outfit["inner"]["kind"], "inner_color": outfit["inner"]["colour_name"]}
        tags |= _pattern("inner", outfit["inner"], True)
    if lower["kind"] != "dress" and shows("lower"):
        tags |= {"lower": lower["kind"], "lower_color": lower["colour_name"]}
        tags |= _pattern("lower", lower, shows("pattern lower"))
    if lower.get("stockings") and shows("stockings"):
        tags["tights"] = "black"
    if shows("shoes"):
        tags |= {"shoes": outfit["shoes"]["kind"], "shoes_color": outfit["shoes"]["colour_name"]}
    tags |= _head(look, outfit, shows, view)
    tags |= _bag(look, shows)
    if shows("phone"):
        tags["holding"] = "phone"
    return tags


def _pattern(part: str, garment: dict, visible: bool) -> dict:
    pattern = garment.get("pattern", "plain")
    if pattern == "plain":
        return {f"{part}_pattern": "plain"} if part == "upper" else {}
    if not visible:
        return {}
    return {f"{part}_pattern": pattern, f"{part}_pattern_color": garment["pattern_colour_name"]}


def _head(look: dict, outfit: dict, shows, view: str) -> dict:
    tags = {}
    if outfit["hat"] != "none" and shows("hat"):
        tags |= {"hat": outfit["hat"], "hat_color": outfit["hat_colour_name"]}
    if not shows("head"):
        return tags
    if outfit["hat"] == "none":
        tags["hat"] = "none"
        if look["hair"] == "bald":
            tags["hair"] = "bald"
    if outfit["hat"] != "headscarf" and look["hair"] != "bald" and shows("hair"):
        named = look["hair"] not in ("bun", "ponytail") or view != "front"
        if outfit["hat"] == "none" or look["hair"] in ("long", "medium", "bob"):
            tags["hair"] = look["hair"] if named else "tied back"
        tags["hair_color"] = look["hair_colour_name"]
    if look["glasses"] and view == "front":
        tags["glasses"] = "yes"
    if look["beard"] > 0.5 and view == "front":
        tags["beard"] = "yes"
    if outfit["scarf"] and shows("scarf"):
        tags |= {"scarf": "yes", "scarf_color": outfit["scarf_name"]}
    return tags


def _bag(look: dict, shows) -> dict:
    kind = look["bag"]
    if kind == "none":
        return {"bag": "none"}
    if shows("bag") or (kind in ("backpack", "shoulder bag") and shows("straps")):
        return {"bag": kind, "bag_color": look["bag_colour_name"]}
    return {}


def _article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _garment(tags: dict, part: str) -> str:
    """The words for the upper, inner or lower garment, without an article."""
    kind, colour = tags[part], tags[f"{part}_color"]
    pattern, second = tags.get(f"{part}_pattern", "plain"), tags.get(f"{part}_pattern_color")
    if pattern in ("striped", "pinstriped", "checked", "two-tone", "camouflage"):
        return f"{colour} and {second} {pattern} {kind}"
    if pattern == "bands":
        return f"{colour} {kind} with reflective bands"
    if pattern == "floral":
        return f"{colour} floral {kind}"
    if pattern == "contrast sleeves":
        return f"{colour} {kind} with {second} sleeves"
    if pattern == "printed":
        return f"{colour} {kind} with {_article(second)} print on the front"
    if pattern == "side stripe":
        return f"{colour} {kind} with {second} side stripes"
    return f"{colour} {kind}"


def _who(tags: dict, rng) -> str:
    female = tags["gender"] == "female"
    if tags["age"] == "child":
        return "girl" if female else "boy"
    noun = "woman" if female else "man"
    words = [noun]
    if tags["age"] == "elderly":
        words = [str(rng.choice(["elderly", "older"])), noun]
    elif tags.get("build") == "slim" and rng.random() < 0.35:
        words = ["slim", noun]
    if tags.get("build") == "heavy" and rng.random() < 0.6:
        words = [str(rng.choice(["heavyset", "stout"])), *words]
    return " ".join(words)


def _hair_words(tags: dict) -> str:
    hair, colour = tags.get("hair"), tags.get("hair_color")
    if hair == "bald":
        return "a bald head"
    if hair is None or colour is None:
        return f"{colour} hair" if colour else ""
    named = {
        "ponytail": f"a {colour} ponytail",
        "bun": f"{colour} hair in a bun",
        "bob": f"a {colour} bob",
        "afro": f"a {colour} afro",
        "tied back": f"{colour} hair tied back",
        "cropped": f"very short {colour} hair",
        "medium": f"shoulder-length {colour} hair",
    }
    return named.get(hair, f"{hair} {colour} hair")


def _bag_words(tags: dict, rng) -> str:
    bag = tags.get("bag", "none")
    if bag == "none":
        return ""
    verb = {
        "backpack": ["carrying", "with"],
        "shoulder bag": ["carrying", "with"],
        "suitcase": ["pulling", "with"],
    }
    return f"{rng.choice(verb.get(bag, ['carrying', 'holding', 'with']))} {_article(tags['bag_color'] + ' ' + bag)}"


def _clothes(tags: dict, rng) -> list[str]:
    """Noun phrases of the clothes from top to bottom."""
    parts = []
    if "upper" in tags:
        words = _article(_garment(tags, "upper"))
        if "inner" in tags:
            words += f" over {_article(_garment(tags, 'inner'))}"
        parts.append(words)
    if "lower" in tags:
        words = _garment(tags, "lower")
        parts.append(_article(words) if "skirt" in tags["lower"] else words)
    if "tights" in tags:
        parts.append(f"{tags['tights']} tights")
    if "shoes" in tags and rng.random() < 0.65:
        parts.append(f"{tags['shoes_color']} {tags['shoes']}")
    return parts


def _extras(tags: dict, rng) -> list[str]:
    extras = []
    if tags.get("hat", "none") != "none":
        extras.append(_article(f"{tags['hat_color']} {tags['hat']}"))
    if "scarf" in tags:
        extras.append(_article(f"{tags['scarf_color']} scarf"))
    return extras


def _join(parts: list[str]) -> str:
    if len(parts) <= 1:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def caption(tags: dict, place: str, walking: bool, rng) -> str:
    """One natural sentence true of the picture; the syntax varies."""
    who, clothes, extras = _who(tags, rng), _clothes(tags, rng), _extras(tags, rng)
    bag, hair = _bag_words(tags, rng), _hair_words(tags)
    her = "her" if tags["gender"] == "female" else "his"
    she = "she" if tags["gender"] == "female" else "he"
    move = "walking" if walking else "standing"
    where = {
        "north gate": "by the north gate",
        "main hall": "in the main hall",
        "car park": "in the car park",
        "garden path": "on the garden path",
        "library entrance": "outside the library",
        "bus stop": "at the bus stop",
    }[place]
    side = {"back": " seen from behind", "side": " seen from the side", "front": ""}[tags["view"]]
    if "holding" in tags and not bag:
        bag = f"looking at {her} phone"
    known = [hair] if hair else []
    known += ["a beard"] if "beard" in tags and rng.random() < 0.7 else []
    known += ["glasses"] if "glasses" in tags and rng.random() < 0.7 else []
    has_hair, hair = bool(hair), _join(known)
    if hair and bag.startswith("with "):
        # One "with" in a sentence is enough.
        bag = "carrying" + bag[4:]
    worn = _join(clothes + extras) or "dark clothes"
    tail = f", {bag}" if bag else ""
    form = int(rng.integers(8))
    if form == 0:
        text = f"{_article(who)} in {_join(clothes) or worn}" + (f", wearing {_join(extras)}" if extras else "") + tail
    elif form == 1:
        text = f"{_article(who)}" + (f" with {hair}" if hair else "") + f" wearing {worn}{tail}"
    elif form == 2:
        text = f"{_article(who)}{side} {move} {where}, dressed in {worn}{tail}"
    elif form == 3:
        text = f"wearing {worn}, {_article(who)} is {move} {where}" + (f", {bag}" if bag else "")
    elif form == 4:
        text = (
            f"the {who} wears {worn}"
            + (f" and has {hair}" if hair else "")
            + (f"; {she} is {bag}" if bag and not bag.startswith("with") else f", {bag}" if bag else "")
        )
    elif form == 5 and has_hair:
        text = f"{hair}, {worn}: {_article(who)}{side}{tail}"
    elif form == 6:
        text = f"{_article(who)} {move} {where} in {worn}{tail}" + (f"; {she} has {hair}" if hair else "")
    else:
        text = f"{_article(who)}{side} wearing {worn}" + (f", with {hair}" if hair else "") + tail
    return text[0].upper() + text[1:] + "."


def tag_text(tags: dict) -> str:
    """Tags as `name=value;name=value`."""
    return ";".join(f"{name}={value}" for name, value in tags.items())


def facing(yaw: float, spot, camera) -> float:
    """Cosine between the front of a person turned by yaw (degrees; 0 faces -y) and the camera."""
    front = np.array([np.sin(np.deg2rad(yaw)), -np.cos(np.deg2rad(yaw))])
    towards = np.array([camera[0] - spot[0], camera[1] - spot[1]])
    return float(front @ towards / np.linalg.norm(towards))
