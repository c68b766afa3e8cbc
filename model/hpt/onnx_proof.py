"""Proves that the exported folder gives the Hugging Face numbers in every way the engine runs it."""

import numpy as np

from hf_reference import Answer, HfReference
from onnx_runner import OnnxRunner

LIMIT = 1e-4


def left_pad(rows: list[np.ndarray], axis: int, fill: float = 0) -> np.ndarray:
    """Stacks [1, ...] arrays that differ in length along `axis`, with `fill` in front of the shorter ones."""
    length = max(row.shape[axis] for row in rows)

    def pad(row: np.ndarray) -> np.ndarray:
        widths = [(0, 0)] * row.ndim
        widths[axis] = (length - row.shape[axis], 0)
        return np.pad(row, widths, constant_values=fill)

    return np.concatenate([pad(row) for row in rows])


class OnnxProof:
    """Each method returns the largest absolute difference from the reference."""

    def __init__(self, runner: OnnxRunner, reference: HfReference):
        self.runner, self.reference = runner, reference
        self.picture_token = reference.model.config.image_token_id

    def embeds(self, answer: Answer, names: list[str]) -> np.ndarray:
        """[1, S, hidden] with all pictures of the prompt encoded in one call."""
        if not names:
            return self.runner.embed(answer.ids[None])
        pixels = np.concatenate([self.reference.pixels[name].numpy() for name in names])
        features = self.runner.features(pixels, answer.grid_thw)
        return self.runner.embed(answer.ids[None], features, self.picture_token)

    def features(self) -> float:
        """All pictures in one call against each alone in Hugging Face."""
        names = list(self.reference.pixels)
        pixels = np.concatenate([self.reference.pixels[name].numpy() for name in names])
        grids = np.concatenate([self.reference.grids[name].numpy() for name in names])
        wanted = np.concatenate([self.reference.features[name].numpy() for name in names])
        return float(np.abs(self.runner.features(pixels, grids) - wanted).max())

    def whole(self, answer: Answer, names: list[str]) -> float:
        """Prefill, then greedy steps with the kept keys."""
        size = len(answer.ids)
        logits, past = self.runner.decode(self.embeds(answer, names), np.ones((1, size)), answer.positions[:, None])
        worst = np.abs(logits[0, -1] - answer.logits[0]).max()
        for step, token in enumerate(answer.tokens[:-1], start=1):
            position = np.full((3, 1, 1), size + answer.rope_delta + step - 1)
            embeds = self.runner.embed(np.array([[token]]))
            logits, past = self.runner.decode(embeds, np.ones((1, size + step)), position, past)
            worst = max(worst, np.abs(logits[0, -1] - answer.logits[step]).max())
        return float(worst)

    def prefix(self, answer: Answer, names: list[str], cut: int) -> list[np.ndarray]:
        """The keys and values of the first `cut` tokens."""
        embeds = self.embeds(answer, names)[:, :cut]
        return self.runner.decode(embeds, np.ones((1, cut)), answer.positions[:, None, :cut])[1]

    def continued(self, answer: Answer, names: list[str]) -> float:
        """The prefix at several cuts (inside pictures too), then the rest with its keys."""
        worst, size = 0.0, len(answer.ids)
        for cut in sorted({1, size // 3, size // 2, size - 1}):
            embeds = self.embeds(answer, names)[:, cut:]
            past = self.prefix(answer, names, cut)
            logits, _ = self.runner.decode(embeds, np.ones((1, size)), answer.positions[:, None, cut:], past)
            worst = max(worst, float(np.abs(logits[0, -1] - answer.logits[0]).max()))
        return worst

    def batched(self, answers: list[Answer], names: list[list[str]], cuts: list[int]) -> float:
        """One call over prompts whose kept prefixes differ in length (0 allowed): both parts padded on the left."""
        pasts = [
            self.prefix(answer, row, cut) if cut else self.runner.empty_past(1)
            for answer, row, cut in zip(answers, names, cuts)
        ]
        past = [left_pad([row[index] for row in pasts], axis=2) for index in range(len(pasts[0]))]
        tails = [self.embeds(answer, row)[:, cut:] for answer, row, cut in zip(answers, names, cuts)]
        masks = [np.ones((1, cut)) for cut in cuts], [np.ones((1, tail.shape[1])) for tail in tails]
        mask = np.concatenate([left_pad(part, axis=1) for part in masks], axis=1)
        positions = left_pad([answer.positions.T[None, cut:] for answer, cut in zip(answers, cuts)], axis=1, fill=1)
        logits, _ = self.runner.decode(left_pad(tails, axis=1), mask, positions.transpose(2, 0, 1), past)
        return float(max(np.abs(row - answer.logits[0]).max() for row, answer in zip(logits[:, -1], answers)))
