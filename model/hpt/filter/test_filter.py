"""Fast checks that need no data: python -m unittest test_filter"""

import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import captions as words
import onnx_files
from augment import view
from calibrate import Pairs, calibration, isotonic, quantile
from image_tower import DIMENSION, IDENTITY, Backbone, ImageTower
from metrics import evaluate
from restore import fill_from
from text_tower import TextTower, build_tokenizer, encode

PERSON = {"gender": "woman", "hair": "long", "sleeve": "short", "lower_length": "short", "lower_type": "dress", "age": "adult",
          "hat": False, "backpack": True, "bag": False, "handbag": False, "upper": "red", "lower": None}


class Metrics(unittest.TestCase):
    def test_same_camera_is_removed_and_distractors_stay(self):
        # ranking of the query: same person same camera (removed), distractor, true match, other person
        scores = evaluate(np.array([[0.9, 0.8, 0.7, 0.1]]), ["m1"], [1], ["m1", "m0", "m1", "m2"], [1, 2, 2, 2])
        self.assertEqual(scores["rank1"], 0)
        self.assertEqual(scores["rank5"], 100)
        self.assertAlmostEqual(scores["mAP"], 50)

    def test_query_without_a_positive_is_skipped(self):
        scores = evaluate(np.eye(2), ["m1", "m2"], [1, 1], ["m1", "m2"], [2, 1])
        self.assertEqual(scores["queries"], 1)


class Calibration(unittest.TestCase):
    def test_isotonic_rises_and_keeps_the_mean(self):
        values, weights = np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)
        result = isotonic(values, weights)
        np.testing.assert_allclose(result, [1, 2.5, 2.5, 4])

    def test_weighted_quantile(self):
        self.assertAlmostEqual(float(quantile(np.arange(101.0), np.full(101, 1 / 101), 0.5)), 50)

    def test_tables_are_finite_rising_and_short(self):
        draw = np.random.default_rng(0)
        kind = (draw.random((60, 200)) < 0.1).astype(np.int8)
        pairs = Pairs(draw.normal(kind * 0.5, 0.15), kind)
        tau, record = calibration([pairs, pairs], 0.99, pictured=True)
        score, value = record["llr"]["score"], record["llr"]["value"]
        self.assertLessEqual(len(score), 32)
        self.assertTrue(np.all(np.diff(score) > 0) and np.all(np.diff(value) > 0) and np.isfinite(value).all())
        self.assertTrue(np.all(np.diff(record["impostor"]["threshold"]) >= 0))
        self.assertAlmostEqual((pairs.similarity[kind == 1] >= tau).mean(), 0.99, delta=0.005)


class Words(unittest.TestCase):
    def test_templates_claim_only_what_is_true(self):
        rng = random.Random(0)
        for _ in range(300):
            text, claims = words.describe(rng, PERSON)
            self.assertTrue(text)
            self.assertEqual(words.fits(PERSON, claims), 1)
            self.assertNotIn("lower", claims)  # no colour is marked for the skirt

    def test_text_tower_does_not_depend_on_padding(self):
        tokenizer = build_tokenizer(["man red top", "woman with a backpack"] * 5, 200)
        tower = TextTower(tokenizer.get_vocab_size()).eval()
        with torch.no_grad():
            alone = tower(*encode(tokenizer, ["man"]))
            padded = tower(*encode(tokenizer, ["man", "woman with a backpack and a red top"]))
        self.assertEqual(alone.shape, (1, DIMENSION))
        self.assertEqual(float(alone[:, :IDENTITY].abs().sum()), 0)
        torch.testing.assert_close(alone[0], padded[0], atol=1e-5, rtol=0)


class Images(unittest.TestCase):
    def test_views_have_the_input_size(self):
        pixels = np.random.default_rng(0).integers(0, 256, (128, 64, 3), dtype=np.uint8)
        for seed in range(30):
            for level in ("semantic", "identity"):
                self.assertEqual(view(random.Random(seed), pixels, level).shape, (256, 128, 3))

    def test_embedding_has_length_one(self):
        tower = ImageTower(_tiny_backbone(), 0.8).eval()
        with torch.no_grad():
            z = tower(torch.rand(2, 3, 256, 128) * 255)
        torch.testing.assert_close(z.norm(dim=1), torch.ones(2))
        torch.testing.assert_close(z[:, :IDENTITY].norm(dim=1) ** 2, torch.full((2,), 0.8))


def _tiny_backbone() -> Backbone:
    """A backbone of the same form as the real one, with few channels."""
    draw = np.random.default_rng(0)
    array = lambda *shape: draw.normal(0, 0.1, shape).astype(np.float32)
    weights = {"a": array(8, 3, 3, 3), "ab": array(8), "b": array(8, 8, 1, 1), "bb": array(8), "c": array(8, 8, 1, 1), "cb": array(8),
               "d": array(8, 1, 16, 8), "db": array(8), "e": array(IDENTITY, 8), "eb": array(IDENTITY)}
    conv = lambda out, source, name, stride=1, padding=0, groups=1: {
        "op": "conv", "out": out, "in": [source], "weight": name, "bias": name + "b", "groups": groups,
        "stride": [stride] * 2, "padding": [padding] * 2}
    pool = lambda out, source, size: {"op": "avgpool", "out": out, "in": [source], "kernel": [size] * 2, "stride": [size] * 2, "padding": [0, 0]}
    ops = [conv("1", "input", "a", 2, 1), pool("2", "1", 4), pool("3", "2", 2), conv("4", "3", "b"), {"op": "relu", "out": "5", "in": ["4"]},
           conv("6", "5", "c"), {"op": "relu", "out": "7", "in": ["6"]}, conv("8", "7", "d", groups=8),
           {"op": "flatten", "out": "9", "in": ["8"]}, {"op": "linear", "out": "10", "in": ["9"], "weight": "e", "bias": "eb"}]
    return Backbone(ops, weights, np.zeros(3, np.float32), np.ones(3, np.float32))


class Restore(unittest.TestCase):
    WORDS = (torch.tensor([[2, 5, 7], [2, 9, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]]))
    NAMES, FREE = ["input_ids", "attention_mask"], [{0: "batch", 1: "length"}] * 2

    def exported(self, folder: str) -> tuple[TextTower, str]:
        torch.manual_seed(3)
        tower, path = TextTower(60, width=32).eval(), str(Path(folder, "text.onnx"))
        onnx_files.export(tower, self.WORDS, self.NAMES, ["embeddings"], path, self.FREE)
        onnx_files.store_in_half(path)
        return tower, path

    def test_a_tower_comes_back_out_of_its_graph(self):
        with tempfile.TemporaryDirectory() as folder:
            tower, path = self.exported(folder)
            back = TextTower(60, width=32).eval()
            fill_from(back, self.WORDS, self.NAMES, self.FREE, path)
            with torch.no_grad():
                torch.testing.assert_close(back(*self.WORDS), tower(*self.WORDS), atol=2e-3, rtol=0)

    def test_another_tower_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            _, path = self.exported(folder)
            with self.assertRaises(SystemExit):
                fill_from(TextTower(60, width=32, layers=1).eval(), self.WORDS, self.NAMES, self.FREE, path)


if __name__ == "__main__":
    unittest.main()
