"""Fast checks of the stem that need no data: python -m unittest test_vision_stem (in model/hpt)."""

import tempfile
import unittest

import torch
import torch.nn.functional as F
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

import vision_stem
from qwen2vl_format import PREPROCESSOR
from random_model import random_stem

SIZE = 7


def small_model() -> Qwen2VLForConditionalGeneration:
    """A random Qwen2-VL with patches of SIZE pixels."""
    torch.manual_seed(3)
    text = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "vocab_size": 300, "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]}, "tie_word_embeddings": True}
    config = Qwen2VLConfig(
        text_config=text, tie_word_embeddings=True, vision_start_token_id=290, vision_end_token_id=291, image_token_id=292, video_token_id=293,
        vision_config={"depth": 2, "embed_dim": 32, "num_heads": 2, "hidden_size": 64, "patch_size": SIZE})
    config._attn_implementation = "eager"
    return Qwen2VLForConditionalGeneration(config).eval()


def patchify(picture: torch.Tensor) -> tuple[torch.Tensor, list[int]]:
    """[3, height, width] of 0..255 as the preprocessor's patches, and its grid."""
    mean, std = (torch.tensor(PREPROCESSOR[key]).view(3, 1, 1) for key in ("image_mean", "image_std"))
    rows, columns = picture.shape[1] // SIZE, picture.shape[2] // SIZE
    x = ((picture / 255 - mean) / std).reshape(3, rows // 2, 2, SIZE, columns // 2, 2, SIZE).permute(1, 4, 2, 5, 0, 3, 6)
    return x.reshape(rows * columns, 3, 1, -1).repeat(1, 1, 2, 1).reshape(rows * columns, -1), [1, rows, columns]


def several() -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
    """Smooth random pictures of different sizes, their patches in one tensor, their grids."""
    generator = torch.Generator().manual_seed(1)
    noise = [torch.rand(3, *size, generator=generator) * 255 for size in ((84, 42), (70, 70), (28, 84), (280, 140), (84, 42))]
    pictures = [F.avg_pool2d(picture, 5, 1, 2, count_include_pad=False) for picture in noise]
    patches, grids = zip(*(patchify(picture) for picture in pictures))
    return pictures, torch.cat(patches), torch.tensor(grids)


class Features(unittest.TestCase):
    def test_same_as_interpolating_each_picture(self):
        stem = random_stem(small_model().config.vision_config)
        pictures, patches, grids = several()
        wanted = []
        for picture, (_, rows, columns) in zip(pictures, grids.tolist()):
            resized = F.interpolate(picture[None], size=(256, 128), mode="bilinear", align_corners=False)
            with torch.no_grad():
                _, middle, final = stem.trunk(resized)
                maps = torch.cat([middle, final, stem.colour(resized)], 1)
            sampled = F.interpolate(maps, size=(rows, columns), mode="bilinear", align_corners=False)
            wanted.append(sampled.reshape(-1, rows // 2, 2, columns // 2, 2).permute(1, 3, 2, 4, 0).reshape(rows * columns, -1))
        found = stem.features(patches, grids)
        self.assertGreater(float(found.std()), 0.1)
        torch.testing.assert_close(found, torch.cat(wanted), atol=1e-4, rtol=0)

    def test_what_the_trunk_says_of_the_whole_stands_at_each_place(self):
        stem = random_stem(small_model().config.vision_config)
        pictures = torch.rand(2, 3, 256, 128) * 255
        with torch.no_grad():
            plain, identity = stem.maps(pictures), stem.trunk(pictures)[0]
            stem.config["identity"] = identity.shape[1]
            maps = stem.maps(pictures)
        torch.testing.assert_close(maps[:, : plain.shape[1]], plain, atol=0, rtol=0)
        whole = maps[:, plain.shape[1] :]
        self.assertEqual(whole.shape[1], identity.shape[1])
        torch.testing.assert_close(whole, whole[:, :, :1, :1].expand_as(whole), atol=0, rtol=0)
        torch.testing.assert_close(F.cosine_similarity(whole[:, :, 0, 0], identity), torch.ones(2), atol=1e-5, rtol=0)
        torch.testing.assert_close(whole.square().mean((1, 2, 3)), torch.ones(2), atol=1e-4, rtol=0)

    def test_each_frame_of_a_film_is_a_picture(self):
        stem = random_stem(small_model().config.vision_config)
        (_, _, first, *_), (_, _, second, *_) = ([patchify(p)[0] for p in several()[0]], [patchify(255 - p)[0] for p in several()[0]])
        alone = torch.cat([stem.features(part, torch.tensor([[1, 4, 12]])) for part in (first, second)])
        other, grid = patchify(several()[0][1])
        together = stem.features(torch.cat([first, second, other]), torch.tensor([[2, 4, 12], grid]))
        torch.testing.assert_close(together[: len(alone)], alone, atol=1e-5, rtol=0)

    def test_trunk_is_frozen_and_the_rest_learns(self):
        stem = random_stem(small_model().config.vision_config).train()
        _, patches, grids = several()
        stem(patches, grids).sum().backward()
        learning = sorted(name for name, weight in stem.named_parameters() if weight.grad is not None)
        self.assertEqual(learning, ["norm.bias", "norm.weight", "project.bias", "project.weight"])
        self.assertFalse(stem.trunk.training)


class Model(unittest.TestCase):
    def test_plain_model_is_transformers_own(self):
        plain = small_model()
        _, patches, grids = several()
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            plain.save_pretrained(folder)
            read = vision_stem.from_pretrained(folder, attn_implementation="eager").eval()
            wanted = Qwen2VLForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
            self.assertFalse(vision_stem.has_stem(read))
            self.assertTrue(torch.equal(read.model.visual(patches, grids), wanted.model.visual(patches, grids)))

    def test_stem_is_added_to_the_patch_embedding(self):
        _, patches, grids = several()
        with torch.no_grad():
            plain = small_model()
            wanted = plain.model.visual(patches, grids)
            model = vision_stem.attach(small_model(), random_stem(small_model().config.vision_config))
            self.assertGreater(float((model.model.visual(patches, grids) - wanted).abs().max()), 1e-3)
            model.model.visual.stem.project.weight.zero_()
            model.model.visual.stem.project.bias.zero_()
            torch.testing.assert_close(model.model.visual(patches, grids), wanted, atol=0, rtol=0)

    def test_kept_features_give_the_same(self):
        _, patches, grids = several()
        model = vision_stem.attach(small_model(), random_stem(small_model().config.vision_config))
        visual = model.model.visual
        with torch.no_grad():
            kept = visual.stem.features(patches, grids)
            torch.testing.assert_close(visual(patches, grids, stem_features=kept), visual(patches, grids), atol=0, rtol=0)

    def test_saved_and_read_again(self):
        _, patches, grids = several()
        model = vision_stem.attach(small_model(), random_stem(small_model().config.vision_config))
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            model.save_pretrained(folder)
            read, report = vision_stem.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
            self.assertEqual([len(report[key]) for key in ("missing_keys", "unexpected_keys", "mismatched_keys")], [0, 0, 0])
            self.assertEqual(read.config.architectures, ["Qwen2VLForConditionalGeneration"])
            self.assertFalse(any(weight.requires_grad for weight in read.model.visual.stem.trunk.parameters()))
            torch.testing.assert_close(read.eval().model.visual(patches, grids), model.model.visual(patches, grids), atol=0, rtol=0)
            read.save_pretrained(folder + "/again")
            again = vision_stem.from_pretrained(folder + "/again", attn_implementation="eager").eval()
            torch.testing.assert_close(again.model.visual(patches, grids), model.model.visual(patches, grids), atol=0, rtol=0)

    def test_a_stem_for_another_patch_size_is_refused(self):
        stem = random_stem(small_model().config.vision_config)
        stem.config["patch_size"] = 14
        with self.assertRaisesRegex(ValueError, "patch"):
            vision_stem.attach(small_model(), stem)


if __name__ == "__main__":
    unittest.main()
