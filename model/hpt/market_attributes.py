"""Turn market_attribute.mat (Lin et al., 2019: 27 attributes of each Market-1501 person) into JSON for `chatreid tune data`.

    python market_attributes.py market_attribute.mat market_attributes.json

Only the training persons are written unless --part test asks for the others, for `chatreid evaluate`: attributes of test
persons must not reach training. Needs scipy.
"""

import argparse
import json

import scipy.io

TOPS = ("black", "white", "red", "purple", "yellow", "gray", "blue", "green")
BOTTOMS = ("black", "white", "pink", "purple", "yellow", "gray", "blue", "green", "brown")
LEGWEAR = {("pants", "long"): "trousers", ("pants", "short"): "shorts", ("dress", "short"): "skirt", ("dress", "long"): "long skirt"}


def people(mat_file: str, part: str) -> dict[str, dict[str, str]]:
    """Attributes by person ("0002"), under the names of src/foundation/person-attributes.ts; unknown colours left out."""
    table = getattr(scipy.io.loadmat(mat_file, squeeze_me=True, struct_as_record=False)["market_attribute"], part)
    found = {}
    for row, identity in enumerate(table.image_index):
        value = lambda name: int(getattr(table, name)[row])
        colour = lambda prefix, names: next((c for c in names if value(prefix + c) == 2), None)
        lower = ("dress", "pants")[value("clothes") - 1], ("long", "short")[value("down") - 1]
        person = {
            "gender": ("man", "woman")[value("gender") - 1],
            "age": ("child", "teenager", "adult", "elderly")[value("age") - 1],
            "hair": ("short", "long")[value("hair") - 1],
            "sleeves": ("long", "short")[value("up") - 1],
            "legwear": LEGWEAR[lower],
            "top": colour("up", TOPS),
            "bottom": colour("down", BOTTOMS),
            **{name: "yes" if value(name) == 2 else "no" for name in ("hat", "backpack", "bag", "handbag")},
        }
        found[f"{int(identity):04d}"] = {name: said for name, said in person.items() if said}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mat", help="market_attribute.mat")
    parser.add_argument("out", help="JSON file to write")
    parser.add_argument("--part", choices=("train", "test"), default="train", help="test is for measuring, never for tuning")
    options = parser.parse_args()
    with open(options.out, "w") as file:
        json.dump(people(options.mat, options.part), file, indent=1, sort_keys=True)
