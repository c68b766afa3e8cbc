"""Where stage 1 starts when nobody's weights are to be had: a small Qwen2-VL with fresh weights, behind the base filter's
trunk.

    python make_start.py --filter filter.pt --tokenizer tokenizer --out start
    python make_start.py --filter filter.pt --tokenizer tokenizer --out fresh --seed 2    # the decoder of stage 2
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, Qwen2VLConfig, Qwen2VLForConditionalGeneration, Qwen2VLImageProcessor

import model_files

sys.path.append(str(Path(__file__).parents[1]))

import vision_stem  # noqa: E402

PATCH, MERGE, FRAMES = 21, 2, 2
# 252 x 126 for a crop of 1:2; others keep about as many tokens. Smaller crops are enlarged, larger ones reduced.
MIN_PIXELS, MAX_PIXELS = 28_000, 44_100


def configure(tokenizer, hidden: int, layers: int, heads: int, key_heads: int, width: int, depth: int, feed: int) -> Qwen2VLConfig:
    token = tokenizer.convert_tokens_to_ids
    pairs = hidden // heads // 2
    # As in the public models: a quarter of the pairs turn with time, the rest with rows and columns alike.
    section = [pairs - 2 * (3 * pairs // 8), 3 * pairs // 8, 3 * pairs // 8]
    return Qwen2VLConfig(
        text_config={
            "hidden_size": hidden, "intermediate_size": feed, "num_hidden_layers": layers, "num_attention_heads": heads,
            "num_key_value_heads": key_heads, "vocab_size": len(tokenizer), "max_position_embeddings": 8192,
            "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "rope_scaling": {"type": "mrope", "mrope_section": section},
            "tie_word_embeddings": True, "bos_token_id": token("<|endoftext|>"), "eos_token_id": token("<|im_end|>"),
        },
        vision_config={
            "depth": depth, "embed_dim": width, "num_heads": 4, "mlp_ratio": 4, "hidden_size": hidden, "in_channels": 3,
            "patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": FRAMES,
        },
        tie_word_embeddings=True,
        vision_start_token_id=token("<|vision_start|>"), vision_end_token_id=token("<|vision_end|>"),
        vision_token_id=token("<|vision_pad|>"), image_token_id=token("<|image_pad|>"), video_token_id=token("<|video_pad|>"),
    )


@torch.no_grad()
def fill(model, layers: int) -> None:
    """Matrices N(0, 1 / inputs), those that write to the residual stream smaller with depth, embeddings N(0, 0.02)."""
    for name, weight in model.named_parameters():
        if ".stem." in name:
            continue
        if weight.ndim == 1:
            torch.nn.init.ones_(weight) if "norm" in name and "weight" in name or "ln_q.weight" in name else torch.nn.init.zeros_(weight)
        elif "embed_tokens" in name:
            torch.nn.init.normal_(weight, std=0.02)
        else:
            gain = (2 * layers) ** -0.5 if any(part in name for part in ("o_proj", "down_proj", "attn.proj", "fc2")) else 1.0
            torch.nn.init.normal_(weight, std=gain * weight[0].numel() ** -0.5)
    model.tie_weights()


@torch.no_grad()
def standardise(stem, features: torch.Tensor) -> None:
    """Lets the stem's norm give each channel mean 0 and deviation 1 over `features` [n, channels]: the trunk's channels
    differ a hundredfold in size, and the small ones would be learned last."""
    x = torch.nn.functional.layer_norm(features, features.shape[1:])
    deviation = x.std(0).clamp(min=1e-3)
    stem.norm.weight.copy_(1 / deviation)
    stem.norm.bias.copy_(-x.mean(0) / deviation)
    torch.nn.init.normal_(stem.project.weight, std=stem.project.in_features ** -0.5)
    torch.nn.init.zeros_(stem.project.bias)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filter", required=True, help="checkpoint of filter/align.py")
    parser.add_argument("--trunk", help="checkpoint of filter/train.py: another backbone than the filter's")
    parser.add_argument("--tokenizer", required=True, help="folder with tokenizer.json and a chat template")
    parser.add_argument("--features", help="folder of stem_features.py: sizes of the trunk's channels")
    parser.add_argument("--out", required=True)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--feed", type=int, default=704)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--key-heads", type=int, default=2)
    parser.add_argument("--vision-width", type=int, default=256)
    parser.add_argument("--vision-depth", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    config = configure(tokenizer, args.hidden, args.layers, args.heads, args.key_heads, args.vision_width, args.vision_depth, args.feed)
    model = Qwen2VLForConditionalGeneration(config)
    fill(model, args.layers)
    stem = vision_stem.from_filter(args.filter, args.vision_width, PATCH, FRAMES, MERGE, trunk=args.trunk)
    if args.features:
        stored = np.load(Path(args.features, "features.npy"), mmap_mode="r")
        rows = np.random.default_rng(0).choice(len(stored), min(500, len(stored)), replace=False)
        rows.sort()
        maps = torch.from_numpy(np.stack([stored[row][::6] for row in rows]).astype(np.float32))
        if stem.config.get("identity"):
            identity = torch.from_numpy(np.load(Path(args.features, "identity.npy"))[rows])
            maps = torch.cat([maps, vision_stem.everywhere(identity)[:, None].expand(-1, maps.shape[1], -1)], -1)
        standardise(stem, maps.flatten(0, 1))
    vision_stem.attach(model, stem)
    processor = Qwen2VLImageProcessor(
        patch_size=PATCH, merge_size=MERGE, temporal_patch_size=FRAMES, min_pixels=MIN_PIXELS, max_pixels=MAX_PIXELS)
    model_files.save(model_files.Loaded(model, tokenizer, processor, args.tokenizer), Path(args.out))
    count = lambda module: sum(w.numel() for w in module.parameters())
    visual = model.model.visual
    print(json.dumps({"decoder": count(model.model.language_model), "vision": count(visual), "of it trunk": count(stem.trunk) + count(stem.colour)}))


if __name__ == "__main__":
    main()
