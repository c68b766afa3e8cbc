"""Trains the tokenizer of chatreid-tiny: Qwen2's byte-level format, merges learnt from the prompts and from descriptions.

    python model/hpt/chatreid_tokenizer.py --out DIR [--size 2048] [--captions captions.jsonl ...]
        [--pedes caption_val.json ... --market Market-1501]

--captions: JSON lines, each a string or a record whose "caption", "captions", "text" or "messages" are read. Give training
captions only. --pedes: CUHK-PEDES files; captions of Market people outside bounding_box_train (the test identities) are left
out. The folder written holds tokenizer.json, tokenizer_config.json and a chat template without a default system turn.
"""

import argparse
import json
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import byte_tokenizer
from model_folder import write_json
from qwen2vl_format import PLAIN_CHAT_TEMPLATE

sys.path.append(str(Path(__file__).parent / "filter"))

import captions as templates  # noqa: E402

PROMPTS = Path(__file__).parents[2] / "prompts"
SIZE = 2048
# Answers and words of the prompts outweigh the captions, which are many thousand.
WEIGHT = 400


def prompt_texts(folder: Path = PROMPTS) -> list[str]:
    """Every prompt file without its front matter, each slot cut out; other files of words as they are."""
    texts = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".md", ".txt", ".json", ".jsonl") or path.name == "README.txt":
            continue
        body = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        texts += [piece for piece in re.split(r"\{\{\w+\}\}|<image>", body) if piece]
    return texts


def written_texts(record: object) -> Iterator[str]:
    """The texts of one JSON line."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, list):
        for item in record:
            yield from written_texts(item)
    elif isinstance(record, dict):
        for key in ("caption", "captions", "text", "content", "messages"):
            if key in record:
                yield from written_texts(record[key])


def caption_texts(files: list[Path]) -> list[str]:
    """Texts of JSON lines, pictures' places cut out; each once, however many records repeat it."""
    found = {}
    for path in files:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                for text in written_texts(json.loads(line)) if line.strip() else ():
                    found.update(dict.fromkeys(piece for piece in text.split("<image>") if piece.strip()))
    return list(found)


def pedes_texts(files: list[Path], market: Path) -> list[str]:
    """Captions of CUHK-PEDES but those of Market people who are not in bounding_box_train."""
    training = {path.name.split("_")[0] for path in (market / "bounding_box_train").glob("*.jpg")}
    if not training:
        raise SystemExit(f"{market}/bounding_box_train holds no pictures: which captions are of test identities cannot be told")
    texts = []
    for path in files:
        for record in json.loads(path.read_text(encoding="utf-8")):
            folder, name = record["file_path"].split("/")
            if folder != "Market" or name.split("_")[0] in training:
                texts += written_texts(record)
    return texts


def corpus(captions: list[str], prompts: list[str]) -> list[str]:
    """Prompts, answers, the attributes' words, captions. A letter's merges end at the letter, so labels stay single tokens."""
    words = ("Yes", "No", " Yes", " No", "Yes.", "No.", "None", "system\n", "user\n", "assistant\n", "You are a helpful assistant.", ": ", ":\n", ", ", ". ", "\"")
    labels = [f"{label}: " for label in string.ascii_letters] + [f" {label}" for label in string.ascii_letters]
    vocabulary = [form for phrase in templates.vocabulary() for form in (phrase, f" {phrase}", phrase.capitalize())]
    return (list(words) + prompts) * WEIGHT + labels * 20 + vocabulary * 10 + captions + [text.lower() for text in captions]


def train(captions: list[str], size: int = SIZE, prompts: list[str] | None = None):
    texts = corpus(captions, prompt_texts() if prompts is None else prompts)
    return byte_tokenizer.train(texts, size, ("Yes", "No", *string.ascii_letters))


def write(folder: Path, tokenizer) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(byte_tokenizer.compact(tokenizer), encoding="utf-8")
    write_json(folder / "tokenizer_config.json", byte_tokenizer.config(tokenizer))
    (folder / "chat_template.jinja").write_text(PLAIN_CHAT_TEMPLATE, encoding="utf-8")


def report(tokenizer, captions: list[str]) -> None:
    """Prints how long prompts and captions become."""
    for name, texts in (("prompts", prompt_texts()), ("captions", captions[:2000])):
        tokens = sum(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)
        words = sum(len(text.split()) for text in texts)
        if words:
            print(f"{name}: {tokens / words:.2f} tokens a word ({len(texts)} texts)")
    print(tokenizer.encode('Candidate: A: Query: Description: "man in a red top with a black backpack"').tokens)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--captions", type=Path, nargs="*", default=[])
    parser.add_argument("--pedes", type=Path, nargs="*", default=[])
    parser.add_argument("--market", type=Path)
    given = parser.parse_args()
    if given.pedes and given.market is None:
        parser.error("--pedes needs --market, to leave the captions of its test identities out")
    captions = caption_texts(given.captions) + (pedes_texts(given.pedes, given.market) if given.pedes else [])
    tokenizer = train(captions, given.size)
    write(given.out, tokenizer)
    report(tokenizer, captions)


if __name__ == "__main__":
    main()
