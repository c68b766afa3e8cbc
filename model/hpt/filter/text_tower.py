"""The text tower: token ids [batch, length] to one embedding [batch, 384] of length 1: zeros(256), then 128 numbers.

A small transformer learned from nothing, and its lower-case WordPiece tokenizer in the Hugging Face tokenizer.json form.
"""

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn

from image_tower import IDENTITY, SEMANTIC

MAX_TOKENS = 64


def build_tokenizer(texts: list[str], size: int = 3000) -> Tokenizer:
    """Learn a WordPiece vocabulary from texts."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[PAD]", "[UNK]", "[CLS]"], show_progress=False,
                                        initial_alphabet=list("abcdefghijklmnopqrstuvwxyz0123456789"))
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 2)])
    return tokenizer


def encode(tokenizer: Tokenizer, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both int64 [batch, length], padded with 0 and cut to MAX_TOKENS."""
    rows = [tokenizer.encode(text).ids[:MAX_TOKENS] for text in texts]
    length = max(map(len, rows))
    ids = torch.zeros(len(rows), length, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


class Block(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, width: int, heads: int, drop: float):
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.drop = nn.Dropout(drop)

    def forward(self, x, bias):
        h = self.before(x)
        parts = lambda t: t.unflatten(2, (self.heads, t.shape[2] // self.heads)).transpose(1, 2)
        query, key, value = parts(self.query(h)), parts(self.key(h)), parts(self.value(h))
        weight = (query @ key.transpose(2, 3) * query.shape[3] ** -0.5 + bias).softmax(-1)
        x = x + self.drop(self.out((weight @ value).transpose(1, 2).flatten(2)))
        return x + self.drop(self.down(F.gelu(self.up(self.after(x)))))


class TextTower(nn.Module):
    """Transformer encoder; the mean over the words is projected to the semantic part."""

    def __init__(self, vocabulary: int, width: int = 160, layers: int = 2, heads: int = 4, drop: float = 0.1):
        super().__init__()
        self.config = {"vocabulary": vocabulary, "width": width, "layers": layers, "heads": heads, "drop": drop}
        self.words = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.randn(MAX_TOKENS, width) * 0.02)
        nn.init.normal_(self.words.weight, std=0.05)
        self.blocks = nn.ModuleList(Block(width, heads, drop) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, SEMANTIC)
        self.drop = nn.Dropout(drop)

    def semantic(self, ids, mask):
        """Semantic part [batch, 128] of length 1."""
        x = self.drop(self.words(ids) + self.places[: ids.shape[1]])
        bias = (1 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for block in self.blocks:
            x = block(x, bias)
        share = mask[:, :, None].to(x.dtype)
        pooled = (self.norm(x) * share).sum(1) / share.sum(1).clamp(min=1)
        return F.normalize(self.out(pooled).float())

    def of_texts(self, tokenizer: Tokenizer, texts: list[str], chunk: int = 40):
        """Semantic part of each text [texts, 128]; texts of like length run together, so that little is padding."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [self.semantic(*encode(tokenizer, [texts[i] for i in order[s : s + chunk]])) for s in range(0, len(texts), chunk)]
        return torch.cat(parts)[torch.tensor(order).argsort()]

    def forward(self, ids, mask):
        return F.pad(self.semantic(ids, mask), (IDENTITY, 0))
