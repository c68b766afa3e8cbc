"""The files of a model folder that are not graphs, and chatreid.json with the checksum of every file."""

import hashlib
import json
import re
import shutil
from pathlib import Path

from qwen2vl_format import CHAT_TEMPLATE, PREPROCESSOR

NEEDED = ("config.json", "tokenizer.json", "tokenizer_config.json")
OPTIONAL = (
    "preprocessor_config.json", "generation_config.json", "chat_template.jinja", "chat_template.json", "vocab.json", "merges.txt",
)


def write_json(path: Path, content: object) -> None:
    """Indented by two, with short lists of numbers or words on one line, as the repository's formatter has it."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    text = re.sub(r"\[\s+([^\[\]{}]{1,80}?)\s+\]", lambda found: "[" + re.sub(r",\s+", ", ", found[1]) + "]", text)
    text = re.sub(r"(?<=\d)e-0(?=\d)", "e-", text)
    path.write_text(text + "\n", encoding="utf-8")


def public_layout(config: dict) -> dict:
    """config.json as the public Qwen2-VL models have it: the language model's keys at the top, M-RoPE named as such.

    Newer versions of transformers save them under `text_config`.
    """
    text = dict(config.get("text_config") or {})
    flat = {**text, **{key: value for key, value in config.items() if key != "text_config"}}
    flat["model_type"] = "qwen2_vl"
    flat["architectures"] = ["Qwen2VLForConditionalGeneration"]
    if "tie_word_embeddings" in text and "tie_word_embeddings" not in config:
        flat["tie_word_embeddings"] = text["tie_word_embeddings"]
    scaling = flat.get("rope_scaling") or {}
    if "mrope_section" in scaling and scaling.get("type", "default") == "default":
        flat["rope_scaling"] = {"type": "mrope", "mrope_section": scaling["mrope_section"]}
    flat.pop("layer_types", None)
    return flat


def copy_settings(source: Path, target: Path) -> None:
    """Copies config, tokenizer and preprocessor files; what the source lacks is filled with the family's own values."""
    missing = [name for name in NEEDED if not (source / name).exists()]
    if missing:
        raise FileNotFoundError(f"{source} lacks {', '.join(missing)}")
    config = public_layout(json.loads((source / "config.json").read_text(encoding="utf-8")))
    target.mkdir(parents=True, exist_ok=True)
    for name in (*NEEDED, *OPTIONAL):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    stem = (config.get("vision_config") or {}).get("stem")
    if stem:
        # The graph holds them.
        config["vision_config"]["stem"] = {key: value for key, value in stem.items() if key not in ("ops", "weights")}
    write_json(target / "config.json", config)
    if not (target / "preprocessor_config.json").exists():
        write_json(target / "preprocessor_config.json", PREPROCESSOR)
    if not (target / "generation_config.json").exists():
        write_json(target / "generation_config.json", {"do_sample": False, "eos_token_id": config["eos_token_id"]})
    if not any((target / name).exists() for name in ("chat_template.jinja", "chat_template.json")):
        settings = json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))
        (target / "chat_template.jinja").write_text(settings.get("chat_template", CHAT_TEMPLATE), encoding="utf-8")


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def write_card(folder: Path, name: str, version: str, licence: str, checksums: bool = True) -> None:
    """chatreid.json: what the engine cannot read from the graphs, and a checksum of each file beside it.

    vision.manyImages: one call of the vision graph may hold several pictures. Public exports lack this file and are
    called with one picture at a time. `checksums` False leaves them out, for a folder whose weights are yet to come.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "chatreid.json")
    card = {
        "format": 1,
        "name": name,
        "version": version,
        "promptVersion": 1,
        "vision": {"manyImages": True},
        "licence": licence,
        "checksums": {path.relative_to(folder).as_posix(): sha256(path) for path in files} if checksums else {},
    }
    write_json(folder / "chatreid.json", card)
