"""Template captions from attributes, in the many ways people type a description.

`describe` draws some attributes of a person and words for them, and returns the text together with the clauses that it
named, so that training knows which other pictures the same words fit.
"""

import random

PERSON = {
    "man": ["man", "male", "guy", "gentleman", "men", "a man", "boy", "he", "male person", "m", "young man", "dude", "him"],
    "woman": ["woman", "female", "lady", "girl", "women", "a woman", "she", "female person", "f", "young woman", "her"],
    None: ["person", "someone", "pedestrian", "somebody", "individual", "anyone", "people", "the person", "suspect", "subject"],
}
CHILD = {"man": ["boy", "young boy", "kid", "child", "little boy"], "woman": ["girl", "little girl", "kid", "child"]}
AGE = {
    "young": ["child", "kid", "young", "little"], "teenager": ["young", "teenager", "youth", "teenage", "student", "youthful"],
    "adult": ["adult", "middle-aged", "middle aged", "grown up", "mature"], "old": ["old", "elderly", "senior", "aged"],
}
COLOUR = {
    "black": ["black", "black", "black", "dark", "jet black", "blk"],
    "white": ["white", "white", "white", "cream", "light colored", "off white", "light"],
    "red": ["red", "red", "red", "bright red", "maroon", "crimson", "dark red", "scarlet", "burgundy"],
    "purple": ["purple", "purple", "violet", "lavender", "magenta", "plum", "lilac"],
    "yellow": ["yellow", "yellow", "bright yellow", "mustard", "golden", "light yellow", "orange"],
    "gray": ["gray", "grey", "gray", "grey", "dark gray", "light grey", "silver", "charcoal", "ash"],
    "blue": ["blue", "blue", "blue", "dark blue", "light blue", "navy", "navy blue", "teal", "turquoise", "sky blue"],
    "green": ["green", "green", "dark green", "olive", "lime green", "light green", "mint"],
    "pink": ["pink", "pink", "light pink", "rose", "salmon", "hot pink"],
    "brown": ["brown", "brown", "tan", "khaki", "beige", "dark brown", "light brown", "coffee"],
}
TOP = {
    None: ["top", "shirt", "upper", "upper body", "upper clothes", "clothes on top", "tops", "blouse", "garment on top"],
    "short": ["t-shirt", "tshirt", "tee", "t shirt", "short sleeved shirt", "short-sleeve top", "polo shirt", "polo",
              "tank top", "short sleeves", "tee shirt", "vest", "summer shirt", "sleeveless top"],
    "long": ["long sleeved shirt", "jacket", "sweater", "hoodie", "coat", "long-sleeve top", "sweatshirt", "pullover",
             "cardigan", "long sleeves", "jumper", "button up shirt", "windbreaker", "blazer"],
}
BOTTOM = {
    ("pants", "long"): ["pants", "trousers", "jeans", "long pants", "slacks", "leggings", "sweatpants", "cargo pants", "long trousers"],
    ("pants", "short"): ["shorts", "short pants", "knee length shorts", "capris", "bermuda shorts", "cargo shorts", "pair of shorts"],
    ("dress", "short"): ["skirt", "dress", "short skirt", "miniskirt", "short dress", "mini skirt", "frock"],
    ("dress", "long"): ["long skirt", "long dress", "skirt", "dress", "maxi dress", "gown"],
    None: ["bottoms", "bottom", "lower body", "lower", "lower clothes", "on the bottom"],
}
CARRIED = {
    "backpack": ["backpack", "rucksack", "back pack", "school bag", "knapsack", "schoolbag", "bag on the back", "bookbag"],
    "bag": ["bag", "shoulder bag", "crossbody bag", "messenger bag", "bag over the shoulder", "sling bag", "satchel", "tote bag", "side bag"],
    "handbag": ["handbag", "hand bag", "purse", "bag in hand", "clutch", "handheld bag", "shopping bag", "plastic bag"],
    "hat": ["hat", "cap", "baseball cap", "beanie", "headwear", "sun hat", "helmet", "ball cap"],
}
HAIR = {
    "long": ["long hair", "long haired", "ponytail", "long black hair", "hair below the shoulders", "pony tail", "shoulder length hair", "long dark hair"],
    "short": ["short hair", "short haired", "short black hair", "short cropped hair", "short dark hair", "crew cut", "buzz cut"],
}
# Words of descriptions that the attributes do not know; they only reach the tokenizer.
MORE_WORDS = (
    "striped stripes plaid checkered checked patterned floral polka dot logo print graphic letters sneakers shoes sandals boots heels "
    "flip flops slippers loafers trainers socks tights stockings glasses sunglasses spectacles mask scarf tie belt watch headphones "
    "earphones umbrella phone cellphone mobile suitcase luggage stroller bicycle bike scooter briefcase water bottle book papers folder "
    "camera cup coffee box bald beard moustache mustache bangs fringe bun braid braids curly blonde brunette ginger hooded zipper zip "
    "buttons collar collared denim leather knit wool puffer down parka trench raincoat suit uniform apron overalls tracksuit jogging "
    "tall short slim thin heavy large fat chubby stocky walking running standing sitting riding carrying holding pushing pulling facing "
    "back front side left right towards away camera looking for show find search anyone seen who was wearing where please")


def _colour(rng: random.Random, colour: str) -> str:
    return rng.choice(COLOUR[colour])


def _clauses(rng: random.Random, person: dict, named: set[str]) -> dict[str, str]:
    """One piece of text for each thing named: who, top, bottom, hair, and each thing carried."""
    pieces = {}
    if "upper" in named or "sleeve" in named:
        noun = rng.choice(TOP[person["sleeve"] if "sleeve" in named else None])
        pieces["top"] = f"{_colour(rng, person['upper'])} {noun}" if "upper" in named else noun
    if named & {"lower", "lower_kind"}:
        noun = rng.choice(BOTTOM[(person["lower_type"], person["lower_length"]) if "lower_kind" in named else None])
        pieces["bottom"] = f"{_colour(rng, person['lower'])} {noun}" if "lower" in named else noun
    if "hair" in named:
        pieces["hair"] = rng.choice(HAIR[person["hair"]])
    for thing in CARRIED:
        if thing in named:
            pieces[thing] = rng.choice(CARRIED[thing])
    gender = person["gender"] if "gender" in named else None
    who = rng.choice(PERSON[gender])
    if "age" in named:
        age = rng.choice(AGE[person["age"]])
        if person["age"] == "young" and gender:
            who = rng.choice(CHILD[gender])
        else:
            who = f"{age} {who}"
    if gender or "age" in named or rng.random() < 0.3:
        pieces["who"] = who
    return pieces


def _sentence(rng: random.Random, pieces: dict[str, str]) -> str:
    article = lambda text: text if text.split()[0] in ("a", "he", "she", "him", "her", "the") else rng.choice(("a ", "the ", "")) + text
    wearing = [p for p in (pieces.get("top"), pieces.get("bottom"), pieces.get("hat")) if p]
    rng.shuffle(wearing)
    carried = [pieces[t] for t in ("backpack", "bag", "handbag") if t in pieces]
    text = article(pieces.get("who") or rng.choice(PERSON[None]))
    if "hair" in pieces:
        text += rng.choice((" with ", " who has ", " has ", ", ", " w/ ")) + pieces["hair"]
    if wearing:
        text += rng.choice((" wearing ", " in ", " dressed in ", " wears ", " is wearing ", " with ", " has on ", ", "))
        text += rng.choice((" and ", ", ", " with ", " and ")).join(article(w) for w in wearing)
    if carried:
        text += rng.choice((" carrying ", " with ", " holding ", ", ", " and ", " w/ ", " has ")) + " and ".join(article(c) for c in carried)
    lead = rng.choice(("", "", "", "looking for ", "find ", "show me ", "did we see ", "have you seen ", "search for ", "where is ", "we need "))
    return lead + text + rng.choice(("", ".", ".", "?", " please"))


def _fragment(rng: random.Random, pieces: dict[str, str]) -> str:
    parts = list(pieces.values())
    rng.shuffle(parts)
    return rng.choice((", ", ", ", " ", " + ", " and ", "; ", " / ", " with ")).join(parts)


def _form(rng: random.Random, pieces: dict[str, str]) -> str:
    label = {"who": ("person", "gender", "who"), "top": ("top", "upper", "upper body"), "bottom": ("bottom", "lower", "lower body"),
             "hair": ("hair",), "hat": ("head", "headwear"), "backpack": ("carrying", "bag"), "bag": ("carrying", "bag"), "handbag": ("carrying", "bag")}
    mark = rng.choice((": ", "=", " "))
    return rng.choice(("; ", ", ", " ")).join(rng.choice(label[k]) + mark + v for k, v in pieces.items())


def misspell(rng: random.Random, text: str, chance: float = 0.1) -> str:
    """One dropped, doubled or swapped letter in a `chance` of texts."""
    if len(text) < 5 or rng.random() > chance:
        return text
    i = rng.randrange(1, len(text) - 2)
    return rng.choice((text[:i] + text[i + 1:], text[:i] + text[i] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2:]))


def can_name(person: dict) -> list[str]:
    """What a template may say of a person: only what the attributes affirm."""
    names = ["gender", "sleeve", "lower_kind", "hair", "age"]
    names += [n for n in ("upper", "lower") if person[n]] + [t for t in CARRIED if person[t]]
    return names


def describe(rng: random.Random, person: dict, count: int | None = None) -> tuple[str, dict[str, object]]:
    """A text naming `count` attributes (a random number if None), and the clauses {attribute: value} it claims."""
    names = can_name(person)
    weights = {"upper": 3, "lower": 2.5, "gender": 2, "lower_kind": 1.5, "backpack": 2, "bag": 1.5, "handbag": 1.5, "hat": 2, "age": 0.4}
    count = count or min(len(names), rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8)))
    named: set[str] = set()
    while len(named) < min(count, len(names)):
        rest = [n for n in names if n not in named]
        named.add(rng.choices(rest, [weights.get(n, 1) for n in rest])[0])
    pieces = _clauses(rng, person, named)
    text = rng.choices((_sentence, _fragment, _form), (5, 4, 1))[0](rng, pieces)
    claims = {n: person[n] for n in named if n != "lower_kind"}
    if "lower_kind" in named:
        claims.update(lower_type=person["lower_type"], lower_length=person["lower_length"])
    return misspell(rng, text.strip()), claims


def fits(person: dict, claims: dict[str, object]) -> float:
    """Share of the claims that are true of a person."""
    return sum(person[k] == v for k, v in claims.items()) / max(1, len(claims))


def vocabulary() -> list[str]:
    """Every word the templates know, for the tokenizer."""
    phrases = [MORE_WORDS]
    for table in (PERSON, CHILD, AGE, COLOUR, TOP, BOTTOM, CARRIED, HAIR):
        phrases += [phrase for values in table.values() for phrase in values]
    return phrases
