"""Byte-level BPE tokenizers in Qwen2's format with fewer merges: training and the files of a Hugging Face folder."""

import json
from collections.abc import Iterable

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from qwen2vl_format import CONTROL_TOKENS, WORD_PATTERN


def train(lines: Iterable[str], vocabulary: int, whole: Iterable[str]) -> Tokenizer:
    """Same normaliser, word pattern, byte alphabet and control tokens as Qwen2-VL's own; only the merges are fewer.

    `vocabulary` counts the control tokens too, and is reached exactly. RuntimeError when a word of `whole` is not one token.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORD_PATTERN), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(CONTROL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in CONTROL_TOKENS])
    if tokenizer.get_vocab_size() != vocabulary:
        raise RuntimeError(f"the corpus gave {tokenizer.get_vocab_size()} tokens, not {vocabulary}: add sentences")
    for word in whole:
        if len(tokenizer.encode(word).ids) != 1:
            raise RuntimeError(f"{word!r} is not one token: train the tokenizer on more of that word")
    return tokenizer


def config(tokenizer: Tokenizer) -> dict:
    """tokenizer_config.json, with the keys that Qwen2-VL's has."""
    added = {
        str(tokenizer.token_to_id(token)): {
            "content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True,
        }
        for token in CONTROL_TOKENS
    }
    return {
        "add_prefix_space": False,
        "added_tokens_decoder": added,
        "additional_special_tokens": list(CONTROL_TOKENS[1:]),
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "errors": "replace",
        "model_max_length": 32768,
        "pad_token": "<|endoftext|>",
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }


def compact(tokenizer: Tokenizer) -> str:
    """tokenizer.json with each merge as one string, the form that older readers know too."""
    content = json.loads(tokenizer.to_str())
    content["model"]["merges"] = [" ".join(pair) if isinstance(pair, list) else pair for pair in content["model"]["merges"]]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
