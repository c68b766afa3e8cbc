"""Fast checks that need no data: python -m unittest test_probes"""

import json
import random
import tempfile
import unittest
from pathlib import Path

import numpy as np

import evidence
import probes


class Tags(unittest.TestCase):
    def test_the_demo_generators_tags_in_the_words_of_the_table(self):
        said = probes.tag_attributes("gender=female;upper=t-shirt;upper_color=navy;lower=jeans;lower_color=beige;hat=beanie;hair=bun;bag=shopping bag")
        self.assertEqual(said, {"gender": "woman", "hat": "yes", "sleeves": "short", "legwear": "trousers", "top": "blue",
                                "bottom": "other", "backpack": "no", "bag": "yes", "handbag": "no"})

    def test_a_dress_has_no_bottom(self):
        self.assertEqual(probes.tag_attributes("upper=dress;upper_color=red;lower_color=black;bag=suitcase"), {"top": "red", "legwear": "dress"})


class Fitting(unittest.TestCase):
    def setUp(self):
        draw = np.random.default_rng(0)
        self.classes = draw.integers(0, 3, 600)
        self.x = (np.eye(3)[self.classes] + draw.normal(0, 0.5, (600, 3))).astype(np.float32)
        self.even = np.full(600, 1 / 600)

    def test_classes_that_can_be_told_are_told_with_fitting_probabilities(self):
        w = probes.fit(self.x[:400], self.classes[:400], self.even[:400], 3, np.full(3, 1e-4))
        scores = probes.logits(w, self.x[400:])
        right = scores.argmax(1) == self.classes[400:]
        sure = np.exp(probes.log_softmax(scores)).max(1)
        self.assertGreater(right.mean(), 0.75)
        self.assertAlmostEqual(right.mean(), sure.mean(), delta=0.06)

    def test_a_penalty_holds_weights_back(self):
        loose, held = (probes.fit(self.x, self.classes, self.even, 3, np.full(3, p)) for p in (1e-5, 1))
        self.assertLess(np.abs(held[:, :-1]).max(), 0.2 * np.abs(loose[:, :-1]).max())

    def test_bytes_keep_the_answer(self):
        w = probes.fit(self.x, self.classes, self.even, 3, np.full(3, 1e-4))
        again = probes.unpacked(probes.packed(w))
        np.testing.assert_allclose(probes.logits(again, self.x), probes.logits(w, self.x), atol=0.1)

    def test_every_person_counts_once(self):
        pictures = probes.Pictures(self.x[:4], ["a", "a", "a", "b"], [{"hat": "yes"}] * 3 + [{"hat": "no"}])
        _, classes, weights = pictures.labelled("hat")
        self.assertEqual(classes.tolist(), [1, 1, 1, 0])
        np.testing.assert_allclose(weights, [1 / 6, 1 / 6, 1 / 6, 1 / 2])


class Evidence(unittest.TestCase):
    def test_a_denial_speaks_for_pictures_without_the_thing_and_is_bounded(self):
        found = evidence.evidence({"hat": np.array([[0.99, 0.01], [0.01, 0.99], [0.9, 0.1]])}, [("hat", "yes", False)])
        self.assertGreater(found[0], 0)
        self.assertLess(found[1], -1)
        self.assertTrue((np.abs(found) <= evidence.BOUND).all())

    def test_things_are_asked_after_by_their_presence_and_seldom_denied_wrongly(self):
        told = [evidence.tell(random.Random(seed), {"hat": "no"}, ["hat"])[0] for seed in range(300)]
        self.assertEqual({value for _, value, _ in told}, {"yes"})
        self.assertAlmostEqual(sum(present for _, _, present in told) / 300, evidence.ERROR, delta=0.05)


class Saving(unittest.TestCase):
    def test_the_checksum_beside_it_is_that_of_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "chatreid.json").write_text('{"checksums": {}}')
            probes.save(folder, {"version": 1})
            listed = json.loads(Path(folder, "chatreid.json").read_text())["checksums"][probes.FILE]
            digest = probes.hashlib.sha256(Path(folder, probes.FILE).read_bytes()).hexdigest()
            self.assertEqual(listed, f"sha256:{digest}")


if __name__ == "__main__":
    unittest.main()
