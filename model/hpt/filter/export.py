"""Export both towers to ONNX beside the tokenizer, check them against torch, and measure their speed.

    python export.py --checkpoint filter.pt --out MODEL_FOLDER --identity-weight 0.8
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

import onnx_files
from image_tower import Backbone, ImageTower
from text_tower import TextTower, encode

IMAGE, TEXT, TOKENIZER = "onnx/filter_image.onnx", "onnx/filter_text.onnx", "filter_tokenizer.json"


def load(checkpoint: str, identity_weight: float) -> tuple[ImageTower, TextTower, Tokenizer]:
    """Both towers and the tokenizer of a checkpoint of align.py."""
    saved = torch.load(checkpoint, weights_only=False)
    state = saved["backbone"]["average"]
    weights = {k.removeprefix("weights."): v for k, v in state.items() if k.startswith("weights.")}
    image = ImageTower(Backbone(saved["backbone"]["ops"], weights, state["mean"].flatten(), state["scale"].flatten()), identity_weight)
    text = TextTower(**saved["text"])
    for number, module in ((0, image.head), (1, text)):
        prefix = f"{number}."
        module.load_state_dict({k.removeprefix(prefix): v for k, v in saved["trained"].items() if k.startswith(prefix)})
    return image.eval(), text.eval(), Tokenizer.from_str(saved["tokenizer"])


def session(path: str, threads: int = 2) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def speed(call, count: int, seconds: float = 4) -> float:
    """Items a second of a call that handles `count` of them."""
    call()
    begun, done = time.time(), 0
    while time.time() - begun < seconds:
        call()
        done += count
    return done / (time.time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True, help="the model folder")
    parser.add_argument("--identity-weight", type=float, default=0.8, help="a^2, share of the identity part in image similarity")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    out = Path(args.out)
    image, text, tokenizer = load(args.checkpoint, args.identity_weight)

    example = torch.randint(0, 256, (3, 3, 256, 128)).float()
    words = encode(tokenizer, ["man with a backpack", "woman, long hair, white skirt", "someone in a red top and blue jeans"])
    for module, inputs, names, path, free in (
        (image, (example,), ["pictures"], IMAGE, [{0: "batch"}]),
        (text, words, ["input_ids", "attention_mask"], TEXT, [{0: "batch", 1: "length"}] * 2),
    ):
        part = str(out / path) + ".part"
        onnx_files.export(module, inputs, names, ["embeddings"], part, free)
        onnx_files.store_in_half(part)
        Path(part).replace(out / path)
    (out / TOKENIZER).write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False))

    seen, read = session(str(out / IMAGE), args.threads), session(str(out / TEXT), args.threads)
    for count in (1, 2, 5):
        batch = torch.randint(0, 256, (count, 3, 256, 128)).float()
        with torch.no_grad():
            wanted = image(batch).numpy()
        found = seen.run(None, {"pictures": batch.numpy()})[0]
        print(f"image, batch {count}: largest difference to torch {np.abs(found - wanted).max():.1e}, length {np.linalg.norm(found, axis=1).mean():.5f}")
        ids, mask = encode(tokenizer, ["lady in a long green dress", "boy"][:count])
        with torch.no_grad():
            wanted = text(ids, mask).numpy()
        found = read.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0]
        print(f"text, batch {len(ids)}: largest difference to torch {np.abs(found - wanted).max():.1e}, length {np.linalg.norm(found, axis=1).mean():.5f}")
    batch = np.random.default_rng(0).uniform(0, 255, (16, 3, 256, 128)).astype(np.float32)
    print(f"speed: {speed(lambda: seen.run(None, {'pictures': batch}), 16):.1f} pictures/s in batches of 16, "
          f"{speed(lambda: seen.run(None, {'pictures': batch[:1]}), 1):.1f} one by one")
    ids, mask = (t.numpy() for t in words)
    print(f"speed: {speed(lambda: read.run(None, {'input_ids': ids, 'attention_mask': mask}), 3, 1):.0f} texts/s")
    print("MB: " + ", ".join(f"{p} {(out / p).stat().st_size / 1e6:.2f}" for p in (IMAGE, TEXT, TOKENIZER)))


if __name__ == "__main__":
    main()
