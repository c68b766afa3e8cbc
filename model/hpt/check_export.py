"""Checks the whole way in about a minute: makes tiny models, exports them in every precision, compares everything.

    python model/hpt/check_export.py

Two models: tied as the 2B, and untied as the 7B. Then: the export repeats to the byte, padding changes nothing, weights
may lie in files of their own (as those of large models must), and the reference numbers come out of the graphs in every
way the engine runs them. Exit status 1 when anything is off.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np

import make_reference
import make_tiny
import onnx_graph
from export import export
from onnx_runner import OnnxRunner


def same_twice(first: Path, second: Path) -> bool:
    """The export is the same to the byte when it is made again."""
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    different = [str(name) for name in names if (first / name).read_bytes() != (second / name).read_bytes()]
    print(f"second export: {', '.join(different) + ' differ' if different else 'the same bytes'}")
    return not different


def same_files(folder: Path) -> bool:
    """Every graph has its data file, and nothing else is left lying about."""
    graphs = sorted(path.name for path in (folder / "onnx").glob("*.onnx"))
    expected = sorted([*graphs, *(f"{name}_data" for name in graphs)])
    found = sorted(path.name for path in (folder / "onnx").iterdir())
    print(f"data files: {'one a graph' if found == expected else f'expected {expected}, found {found}'}")
    return found == expected and len(graphs) == 9


def halves_are_smaller(halves: Path, whole: Path) -> bool:
    """Weights stored in half are near half the size."""
    sizes = [sum(path.stat().st_size for path in (folder / "onnx").iterdir() if "_" + path.stem.split("_")[-1] not in ("_fp16", "_quantized"))
             for folder in (halves, whole)]
    print(f"bytes: {sizes[0]} of {sizes[1]}")
    return sizes[0] < 0.75 * sizes[1]


def no_effect_of_padding(folder: Path) -> bool:
    """What stands in padded places, and how much of it, changes no logit."""
    runner, random = OnnxRunner(folder), np.random.default_rng(3)
    ids = random.integers(0, 700, (1, 9))
    positions = np.broadcast_to(np.arange(9), (3, 1, 9))
    wanted, _ = runner.decode(runner.embed(ids), np.ones((1, 9)), positions)
    worst = 0.0
    for padding in (1, 6, 40):
        embeds = np.concatenate([random.normal(0, 50, (1, padding, runner.embed(ids).shape[-1])), runner.embed(ids)], axis=1)
        mask = np.concatenate([np.zeros((1, padding)), np.ones((1, 9))], axis=1)
        padded = np.concatenate([np.ones((3, 1, padding)), positions], axis=2)
        worst = max(worst, float(np.abs(runner.decode(embeds, mask, padded)[0] - wanted).max()))
    print(f"padding                    max difference {worst:.2e} (limit 1e-04) {'ok' if worst <= 1e-4 else 'OVER'}")
    return worst <= 1e-4


def main() -> int:
    passed = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, tied, seed in (("tied", True, make_tiny.SEED), ("untied", False, 77)):
            print(f"-- {name}")
            make_tiny.write(root / name, seed=seed, tied=tied)
            passed.append(export(root / name, root / f"{name}-onnx", ["fp32", "fp16", "int8"], name, "1", "MIT"))
        print("-- weights stored in half")
        passed.append(export(root / "tied", root / "half-onnx", ["half"], "half", "1", "MIT"))
        passed.append(halves_are_smaller(root / "half-onnx", root / "tied-onnx"))
        print("-- with a stem")
        make_tiny.write(root / "stem", stem=True)
        passed.append(export(root / "stem", root / "stem-onnx", ["fp32", "fp16", "int8"], "stem", "1", "MIT"))
        passed.append(export(root / "stem", root / "stem-half-onnx", ["half"], "stem", "1", "MIT"))
        print("-- details")
        passed.append(export(root / "tied", root / "again-onnx", ["fp32"], "tied", "1", "MIT"))
        (root / "again-onnx" / "chatreid.json").unlink()
        passed.append(same_twice(root / "again-onnx", root / "tied-onnx"))
        passed.append(no_effect_of_padding(root / "tied-onnx"))
        print("-- untied, weights in files of their own")
        onnx_graph.INLINE_LIMIT = 0
        passed.append(export(root / "untied", root / "external-onnx", ["fp32", "fp16", "int8"], "untied", "1", "MIT"))
        passed.append(same_files(root / "external-onnx"))
        print("-- reference")
        passed.append(make_reference.make(root / "tied-onnx", root / "reference", None))
    print("passed" if all(passed) else "FAILED")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
