"""Puts a trained language model into a model folder that holds a filter: export, checksums, one replacement.

    python model/hpt/assemble.py --model CHECKPOINT --into model/chatreid-tiny [--dtype half] [--version 0.2.0] [--most-mb 40]

Everything is made and checked in a new folder beside --into, which takes its place only when all is well: the language
model's files of before go, everything else stays, chatreid.json keeps what it says of the filter and gets the checksums of
the new files. What it says under `language` (the calibration of other weights) goes. Exit status 1 when a graph is off from
PyTorch, or when the folder would be over --most-mb.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from export import SUFFIX, export, source_folder
from graphs import DECODER, EMBED, VISION
from model_folder import NEEDED, OPTIONAL, sha256, write_json

CARD = "chatreid.json"
# The engine reads merges and vocabulary from tokenizer.json.
UNUSED = ("vocab.json", "merges.txt")


def is_language(path: Path) -> bool:
    """Whether a file of a model folder (relative path) belongs to its language model."""
    graph = path.parts[0] == "onnx" and path.name.startswith((VISION, EMBED, DECODER))
    return graph or (len(path.parts) == 1 and path.name in (*NEEDED, *OPTIONAL))


def files_of(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def card_of(old: dict, folder: Path, version: str | None, speaks: bool = True) -> dict:
    """chatreid.json with what `folder` holds now: `old`'s words, every model file's checksum, no calibration of other weights."""
    card = {key: value for key, value in old.items() if key not in ("language", "checksums", "speaks")}
    if version:
        card["version"] = version
    card["vision"] = {"manyImages": True}
    if not speaks:
        card["speaks"] = False
    listed = old.get("checksums", {})
    card["checksums"] = {
        path.as_posix(): sha256(folder / path) for path in files_of(folder) if is_language(path) or path.as_posix() in listed
    }
    return card


def swap(new: Path, target: Path) -> None:
    """`new` takes the place of `target`. When that fails, `target` is what it was."""
    before = target.with_name(target.name + ".before")
    if before.exists():
        raise SystemExit(f"{before} is in the way: an earlier run was cut short. It is the folder of before; see which is right.")
    os.rename(target, before)
    try:
        os.rename(new, target)
    except OSError:
        os.rename(before, target)
        raise
    shutil.rmtree(before)


def assemble(model: str, target: Path, dtype: str, version: str | None, most_mb: float, speaks: bool = True) -> bool:
    """True when the folder has been replaced. `speaks`: the model's own words are worth reading, not only its choices."""
    old = json.loads((target / CARD).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=target.resolve().parent, prefix=f".{target.name}-") as scratch:
        new = Path(scratch, target.name)
        good = export(source_folder(model), new, [dtype], old.get("name", target.name), version or "1", old.get("licence", ""))
        for name in UNUSED:
            (new / name).unlink(missing_ok=True)
        for path in files_of(target):
            if not is_language(path) and path.name != CARD:
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target / path, new / path)
        write_json(new / CARD, card_of(old, new, version, speaks))
        sizes = {path: (new / path).stat().st_size for path in files_of(new)}
        total = sum(sizes.values()) / 1e6
        for path, size in sizes.items():
            print(f"{size / 1e6:8.2f} MB  {path}")
        print(f"{total:8.2f} MB  in all (at most {most_mb:g})")
        if not good or total > most_mb:
            print(f"{target} is left as it was: {'too large' if good else 'a graph is off from PyTorch'}")
            return False
        if "language" in old:
            print("the calibration of the language model before is gone: make a new one (chatreid tune calibrate)")
        new.chmod(target.stat().st_mode & 0o777)
        swap(new, target)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a trained Hugging Face folder")
    parser.add_argument("--into", type=Path, required=True, help="the model folder with the filter")
    parser.add_argument("--dtype", choices=sorted(SUFFIX), default="half")
    parser.add_argument("--version", help="default: as it is")
    parser.add_argument("--most-mb", type=float, default=40)
    parser.add_argument("--speechless", action="store_true", help="only its choice between given answers is worth reading")
    given = parser.parse_args()
    return 0 if assemble(given.model, given.into, given.dtype, given.version, given.most_mb, not given.speechless) else 1


if __name__ == "__main__":
    sys.exit(main())
