"""One command puts a language model beside a filter: python -m unittest test_assemble (in model/hpt)."""

import json
import tempfile
import unittest
from pathlib import Path

import make_tiny
from assemble import assemble, files_of
from model_folder import sha256


def filter_folder(folder: Path) -> Path:
    """A folder with a filter, a card of its own words, and files of a language model of before."""
    (folder / "onnx").mkdir(parents=True)
    for name in ("onnx/filter_image.onnx", "onnx/decoder_model_merged_fp16.onnx", "LICENSE", "vocab.json"):
        (folder / name).write_text(name)
    card = {"format": 1, "name": "small", "version": "1", "licence": "research", "filter": {"dimension": 4}, "language": {"calibration": {}},
            "checksums": {"onnx/filter_image.onnx": sha256(folder / "onnx/filter_image.onnx"), "vocab.json": "sha256:0"}}
    (folder / "chatreid.json").write_text(json.dumps(card))
    return folder


class Assemble(unittest.TestCase):
    def test_the_language_model_is_replaced_and_the_rest_stays(self):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            make_tiny.write(root / "tiny", stem=True)
            target = filter_folder(root / "model")
            self.assertTrue(assemble(str(root / "tiny"), target, "half", "2", 40))
            card = json.loads((target / "chatreid.json").read_text())
            self.assertEqual((card["name"], card["version"], card["filter"], card["vision"]), ("small", "2", {"dimension": 4}, {"manyImages": True}))
            self.assertNotIn("language", card)
            self.assertEqual(card["checksums"], {path.as_posix(): sha256(target / path) for path in files_of(target) if path.name not in ("LICENSE", "chatreid.json")})
            names = {path.as_posix() for path in files_of(target)}
            self.assertIn("onnx/decoder_model_merged.onnx", names)
            self.assertFalse(names & {"onnx/decoder_model_merged_fp16.onnx", "vocab.json"})
            self.assertEqual((target / "LICENSE").read_text(), "LICENSE")
            self.assertEqual(sorted(path.name for path in root.iterdir()), ["model", "tiny"])

    def test_a_folder_that_would_be_too_large_is_left_as_it_was(self):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            make_tiny.write(root / "tiny")
            target = filter_folder(root / "model")
            before = {path: (target / path).read_bytes() for path in files_of(target)}
            self.assertFalse(assemble(str(root / "tiny"), target, "half", None, 0.01))
            self.assertEqual({path: (target / path).read_bytes() for path in files_of(target)}, before)
            self.assertEqual(sorted(path.name for path in root.iterdir()), ["model", "tiny"])


if __name__ == "__main__":
    unittest.main()
