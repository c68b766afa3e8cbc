"""Read the data sets of the base filter and split them by identity.

Market-1501 (Zheng et al., ICCV 2015), its 27 attributes (Lin et al., 2019), CUHK03 labelled crops (Li et al., CVPR 2014)
and the public validation and test captions of CUHK-PEDES (Li et al., CVPR 2017). All for research only; nothing of them
is part of this repository.

Market test identities are for reporting. Nothing here hands them to training or calibration:
`training`, `held_out` and `texts_of` return Market training and CUHK03 identities only.
"""

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
from PIL import Image

HELD_OUT_MARKET = 100  # identities of the Market training part kept for validation and calibration
HELD_OUT_CAPTIONED = 25  # of them, identities with human captions
CUHK03_TRAIN_PEOPLE = 743
CUHK03_SHOWS_TWO_PEOPLE = 820  # CUHK03 identity whose pictures show two different women
COLOURS_UP = ("black", "white", "red", "purple", "yellow", "gray", "blue", "green")
COLOURS_DOWN = ("black", "white", "pink", "purple", "yellow", "gray", "blue", "green", "brown")


@dataclass(frozen=True)
class Picture:
    """One crop. `identity` is "m0002" for Market person 2 and "c0543" for CUHK03 identity 544."""

    path: str
    identity: str
    camera: int


def load(path: str) -> np.ndarray:
    """Decode a picture: uint8 RGB [height, width, 3] at its own size."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def resize(pixels: np.ndarray, width: int = 128, height: int = 256) -> np.ndarray:
    """Stretch to the network's input with PIL's antialiased bilinear kernel: uint8 [height, width, 3]."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.BILINEAR))


def market(root: str, folder: str) -> list[Picture]:
    """Pictures of one Market-1501 folder, junk (-1) left out, distractors (0000) kept."""
    found = []
    for path in sorted(Path(root, folder).glob("*.jpg")):
        match = re.match(r"(-?\d+)_c(\d)", path.name)
        if match and match[1] != "-1":
            found.append(Picture(str(path), f"m{int(match[1]):04d}", int(match[2])))
    return found


def cuhk03(root: str, part: str) -> list[Picture]:
    """Pictures of CUHK03 labelled `part` (train or val); camera 0 for files 00-04, camera 1 for 05-09.

    val counts its files from 0 again, but its people are the ones after those of train: file index + 743.
    """
    first = CUHK03_TRAIN_PEOPLE if part == "val" else 0
    found = []
    for path in sorted(Path(root, part).glob("*.jpg")):
        index, number = (int(n) for n in path.stem.split("_")[:2])
        if first + index != CUHK03_SHOWS_TWO_PEOPLE - 1:
            found.append(Picture(str(path), f"c{first + index:04d}", int(number >= 5)))
    return found


def attributes(mat_file: str, part: str) -> dict[str, dict[str, object]]:
    """Attributes of each identity of Market `part` (train or test) under plain names.

    Values: gender man|woman, hair short|long, sleeve long|short, lower_length long|short, lower_type dress|pants,
    hat/backpack/bag/handbag bool, age young|teenager|adult|old, upper and lower a colour or None when none is marked.
    """
    table = getattr(scipy.io.loadmat(mat_file, squeeze_me=True, struct_as_record=False)["market_attribute"], part)
    result = {}
    for row, identity in enumerate(table.image_index):
        get = lambda name: int(getattr(table, name)[row])
        marked = lambda prefix, names: next((c for c in names if get(prefix + c) == 2), None)
        result[f"m{int(identity):04d}"] = {
            "gender": ("man", "woman")[get("gender") - 1],
            "hair": ("short", "long")[get("hair") - 1],
            "sleeve": ("long", "short")[get("up") - 1],
            "lower_length": ("long", "short")[get("down") - 1],
            "lower_type": ("dress", "pants")[get("clothes") - 1],
            "age": ("young", "teenager", "adult", "old")[get("age") - 1],
            **{name: get(name) == 2 for name in ("hat", "backpack", "bag", "handbag")},
            "upper": marked("up", COLOURS_UP),
            "lower": marked("down", COLOURS_DOWN),
        }
    return result


@dataclass(frozen=True)
class Caption:
    """One human caption. `identity` as in Picture, or "p<id>" when no picture of the person is at hand."""

    text: str
    identity: str
    file: str  # CUHK-PEDES file path


def captions(files: list[str]) -> list[Caption]:
    """All CUHK-PEDES captions of the given json files, joined to Market and CUHK03 identities."""
    found = []
    for file in files:
        for record in json.loads(Path(file).read_text()):
            folder, name = record["file_path"].split("/")
            if folder == "Market":
                identity = f"m{int(name.split('_')[0]):04d}"
            elif folder == "CUHK03":
                number = int(name.split("_")[0])
                identity = "" if number == CUHK03_SHOWS_TWO_PEOPLE else f"c{number - 1:04d}"
            else:
                identity = f"p{Path(file).stem[-4:]}{record['id']}"
            if identity:
                text = record["captions"] if isinstance(record["captions"], str) else " ".join(record["captions"])
                found.append(Caption(text, identity, record["file_path"]))
    return found


@dataclass(frozen=True)
class Split:
    """Pictures to learn from and pictures to validate and calibrate on; no identity is in both."""

    training: list[Picture]
    held_out: list[Picture]


def split(market_root: str, cuhk03_root: str, caption_files: list[str]) -> Split:
    """Split by identity. Held out: 100 Market training identities (25 of them captioned) and CUHK03 val."""
    train = market(market_root, "bounding_box_train")
    identities = sorted({p.identity for p in train})
    captioned = {c.identity for c in captions(caption_files)}
    choice = random.Random(1501)
    with_text = choice.sample([i for i in identities if i in captioned], HELD_OUT_CAPTIONED)
    rest = choice.sample([i for i in identities if i not in captioned], HELD_OUT_MARKET - HELD_OUT_CAPTIONED)
    held = set(with_text) | set(rest)
    learn = [p for p in train if p.identity not in held]
    return Split(
        training=learn + cuhk03(cuhk03_root, "train"),
        held_out=[p for p in train if p.identity in held] + cuhk03(cuhk03_root, "val"),
    )


def texts_of(pictures: list[Picture], all_captions: list[Caption]) -> dict[str, list[Caption]]:
    """Human captions of each identity among `pictures`."""
    wanted = {p.identity for p in pictures}
    result: dict[str, list[Caption]] = {}
    for caption in all_captions:
        if caption.identity in wanted:
            result.setdefault(caption.identity, []).append(caption)
    return result


def add_data_arguments(parser) -> None:
    """The command-line arguments that name the data, shared by every command."""
    parser.add_argument("--market", required=True, help="folder of Market-1501 with bounding_box_train and the others")
    parser.add_argument("--attributes", required=True, help="market_attribute.mat")
    parser.add_argument("--cuhk03", required=True, help="folder of CUHK03 labelled crops with train/ and val/")
    parser.add_argument("--captions", required=True, nargs="+", help="CUHK-PEDES caption json files")
