"""Stage 2's start: the encoder (and projector) of stage 1 on the decoder as it was before stage 1 (paper section 3.2.3).

    python fresh_decoder.py --base Qwen/Qwen2-VL-2B-Instruct --encoder work/stage1 --out work/stage2-start
"""

import argparse
import shutil
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from transformers import AutoConfig, Qwen2VLForConditionalGeneration

FILES = ("*token*", "vocab*", "merges*", "chat_template*", "preprocessor_config.json", "video_preprocessor_config.json")


def combine(base: str, encoder: str, out: str) -> None:
    """@raises ValueError when the two encoders are not of one shape"""
    if AutoConfig.from_pretrained(base).vision_config.to_dict() != AutoConfig.from_pretrained(encoder).vision_config.to_dict():
        raise ValueError(f"the encoders of {base} and {encoder} are of different shapes")
    fresh = Qwen2VLForConditionalGeneration.from_pretrained(base, dtype=torch.bfloat16)
    trained = Qwen2VLForConditionalGeneration.from_pretrained(encoder, dtype=torch.bfloat16)
    fresh.model.visual.load_state_dict(trained.model.visual.state_dict())
    fresh.save_pretrained(out)
    folder = Path(base) if Path(base).is_dir() else Path(snapshot_download(base, allow_patterns=list(FILES)))
    for pattern in FILES:
        for file in folder.glob(pattern):
            shutil.copy(file, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", required=True, help="where the fresh decoder, the tokenizer and the processor are from")
    parser.add_argument("--encoder", required=True, help="the checkpoint of stage 1")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    combine(options.base, options.encoder, options.out)
