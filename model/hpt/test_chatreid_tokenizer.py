"""Fast checks of the tokenizer that need no data: python -m unittest test_chatreid_tokenizer (in model/hpt)."""

import json
import string
import tempfile
import unittest
from pathlib import Path

from transformers import Qwen2TokenizerFast

from chatreid_tokenizer import caption_texts, pedes_texts, prompt_texts, train, write

CAPTIONS = ["A man in a red coat walks away from the camera.", "The woman carries a white purse in her left hand."]


class Tokens(unittest.TestCase):
    def test_labels_and_answers_are_one_token_where_the_prompts_put_them(self):
        tokenizer = train(CAPTIONS, 700)
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), tokenizer)
            read = Qwen2TokenizerFast.from_pretrained(folder)
            self.assertEqual(len(read), 700)
            one = lambda text, **options: read.apply_chat_template(
                [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True, **options)
            for answer in ("Yes", "No", *string.ascii_letters):
                before = read.encode(one("Who?"))
                self.assertEqual(len(read.encode(one("Who?") + answer)), len(before) + 1, answer)
                self.assertEqual(read.encode(one("Who?") + answer)[: len(before)], before)
                label = read.encode(f"Candidates:\n{answer}: <|vision_start|>")
                self.assertIn(read.convert_tokens_to_ids(answer), label)
            self.assertNotIn("system", one("Who?"))
            text = "Größe 12: 一个人 \"x\"\n"
            self.assertEqual(read.decode(read.encode(text)), text)

    def test_same_every_time(self):
        self.assertEqual(train(CAPTIONS, 600).to_str(), train(CAPTIONS, 600).to_str())

    def test_prompts_hold_no_front_matter_or_slots(self):
        texts = prompt_texts()
        self.assertTrue(any("Which candidate is the same person" in text for text in texts))
        self.assertFalse(any("{{" in text or "version:" in text for text in texts))


class Captions(unittest.TestCase):
    def test_market_test_identities_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "bounding_box_train").mkdir()
            (root / "bounding_box_train" / "0002_c1s1_000451_03.jpg").touch()
            records = [{"file_path": f"{place}.jpg", "captions": text} for place, text in (
                ("Market/0002_c1s1_000451_03", "training"), ("Market/0003_c1s1_000451_03", "test"), ("CUHK03/0003_1", "other"))]
            (root / "captions.json").write_text(json.dumps(records))
            self.assertEqual(pedes_texts([root / "captions.json"], root), ["training", "other"])
            with self.assertRaises(SystemExit):
                pedes_texts([root / "captions.json"], root / "nowhere")

    def test_texts_of_json_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.jsonl")
            lines = ["man", {"caption": "woman"}, {"messages": [{"role": "user", "content": "Who?<image>"}, {"role": "assistant", "content": "man"}]}]
            path.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n")
            self.assertEqual(caption_texts([path]), ["man", "woman", "Who?"])


if __name__ == "__main__":
    unittest.main()
