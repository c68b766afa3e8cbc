"""Load tuning data with the training engines' own code, as far as it goes without a model's weights.

    python check_loading.py swift stage2/            # where ms-swift is installed
    python check_loading.py llamafactory stage2/     # where LLaMA-Factory is installed
    ... --processor Qwen/Qwen2-VL-2B-Instruct        # its processor too: template, pixel bounds, tokens of every record
    ... --records 200

swift: `load_dataset` on train.jsonl (AutoPreprocessor, so MessagesPreprocessor), then, with a processor, `Template.encode`.
llamafactory: `get_dataset_list` on dataset_info.json, `align_dataset` (SharegptDatasetConverter), then, with a processor, the
Qwen2-VL plugin of its template: `process_messages` and `get_mm_inputs`.
Every record is checked: none dropped, roles in turn, as many pictures as marks, replies unchanged.
"""

import argparse
import itertools
import json
import tempfile
from pathlib import Path
from types import SimpleNamespace


def head(folder: Path, count: int) -> tuple[list[dict], Path]:
    """The first records of train.jsonl, and a folder that holds them alone with absolute picture paths."""
    with open(folder / "train.jsonl") as lines:
        records = [json.loads(line) for line in itertools.islice(lines, count)]
    for record in records:
        record["images"] = [str((folder / path).resolve()) for path in record["images"]]
    sample = Path(tempfile.mkdtemp(prefix="check-loading-"))
    with open(sample / "train.jsonl", "w") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)
    (sample / "dataset_info.json").write_text((folder / "dataset_info.json").read_text())
    return records, sample


def same(record: dict, messages: list[dict], images: list) -> None:
    assert [m["role"] for m in messages] == [m["role"] for m in record["messages"]], (record["id"], messages)
    assert [m["content"] for m in messages] == [m["content"] for m in record["messages"]], (record["id"], messages)
    paths = [one["path"] if isinstance(one, dict) else one for one in images]
    assert paths == record["images"], (record["id"], paths)
    assert sum(m["content"].count("<image>") for m in messages) == len(paths), record["id"]


def check_swift(records: list[dict], sample: Path, processor: str | None) -> None:
    from swift.dataset import load_dataset

    rows, _ = load_dataset(str(sample / "train.jsonl"), strict=True, load_from_cache_file=False)
    assert len(rows) == len(records), f"{len(records) - len(rows)} records were dropped"
    for record, row in zip(records, rows):
        same(record, row["messages"], row["images"])
    print(f"ms-swift reads all {len(rows)} records")
    if processor is None:
        return
    from swift.model import get_processor
    from swift.template import get_template

    template = get_template(get_processor(processor, model_type="qwen2_vl"), template_type="qwen2_vl")
    template.set_mode("train")
    lengths = []
    for record, row in zip(records, rows):
        encoded = template.encode(dict(row))
        learned = [token for token in encoded["labels"] if token != -100]
        assert len(encoded["image_grid_thw"]) == len(record["images"]) and learned, record["id"]
        lengths.append(len(encoded["input_ids"]))
    print(f"its template encodes all of them: {min(lengths)} to {max(lengths)} tokens, replies learned")


def check_llamafactory(records: list[dict], sample: Path, processor: str | None) -> None:
    from datasets import load_dataset
    from llamafactory.data.converter import align_dataset
    from llamafactory.data.parser import get_dataset_list

    name = next(iter(json.loads((sample / "dataset_info.json").read_text())))
    (attributes,) = get_dataset_list([name], str(sample))
    rows = load_dataset("json", data_files=str(sample / attributes.dataset_name), split="train")
    options = SimpleNamespace(
        streaming=False, preprocessing_num_workers=1, overwrite_cache=True, media_dir=str(sample), dataset_dir=str(sample)
    )
    aligned = align_dataset(rows, attributes, options, SimpleNamespace(local_process_index=0))
    for record, row in zip(records, aligned, strict=True):
        messages = row["_prompt"] + row["_response"]
        assert messages, f"{record['id']} was skipped"
        same(record, messages, row["_images"])
    print(f"LLaMA-Factory converts all {len(aligned)} records")
    if processor is None:
        return
    from llamafactory.data.template import TEMPLATES
    from transformers import AutoProcessor

    loaded = AutoProcessor.from_pretrained(processor)
    for key, value in {"image_min_pixels": 56 * 56, "image_max_pixels": 384 * 192}.items():
        setattr(loaded, key, value)
    plugin = TEMPLATES["qwen2_vl"].mm_plugin
    for record, row in zip(records, aligned):
        images = row["_images"]
        messages = plugin.process_messages(row["_prompt"] + row["_response"], images, [], [], loaded)
        inputs = plugin.get_mm_inputs(images, [], [], [len(images)], [0], [0], [[]], loaded)
        expected = int(sum(grid.prod() // 4 for grid in inputs["image_grid_thw"]))
        assert sum(m["content"].count("<|image_pad|>") for m in messages) == expected, record["id"]
    print("its Qwen2-VL plugin expands every mark to the picture's own number of tokens")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=("swift", "llamafactory"))
    parser.add_argument("folder", type=Path, help="what `chatreid tune data --out` wrote")
    parser.add_argument("--processor", help="a Qwen2-VL model folder or name: its processor is used, its weights are not")
    parser.add_argument("--records", type=int, default=100)
    options = parser.parse_args()
    records, sample = head(options.folder, options.records)
    check = {"swift": check_swift, "llamafactory": check_llamafactory}[options.engine]
    check(records, sample, options.processor)
