"""One training record (chat JSONL, as `chatreid tune data` writes it) to tokens, picture slots and labels.

The text is the one that the engine makes at inference: Qwen's chat format, each picture as
<|vision_start|> + one <|image_pad|> per vision token + <|vision_end|>. Only replies are learned.
"""

from dataclasses import dataclass, field

import numpy as np

IGNORED = -100
PICTURE = "<image>"


@dataclass(frozen=True)
class Slot:
    """A picture in a sequence: its vision tokens, rows * columns of them, begin at `start`."""

    start: int
    rows: int
    columns: int
    path: str

    @property
    def end(self) -> int:
        return self.start + self.rows * self.columns


@dataclass
class Sequence:
    """Token ids and labels (IGNORED where nothing is learned), both [length], and the pictures among them."""

    ids: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    task: str = ""


class Conversation:
    """Writes records as token sequences. `grid_of(path)` gives rows and columns of a picture's vision tokens."""

    def __init__(self, tokenizer, image_token: int, system: str | None = None):
        self.tokenizer, self.image_token, self.system = tokenizer, image_token, system
        self.known: dict[str, list[int]] = {}

    def text(self, text: str) -> list[int]:
        if text not in self.known:
            if len(self.known) > 200_000:
                self.known.clear()
            self.known[text] = self.tokenizer.encode(text, add_special_tokens=False)
        return self.known[text]

    def sequence(self, record: dict, grid_of) -> Sequence:
        """@raises ValueError when pictures and their places differ in number."""
        whole, pictures = Sequence(task=record.get("task", "")), list(record.get("images", []))
        taken = 0
        if self.system is not None:
            self._add(whole, f"<|im_start|>system\n{self.system}<|im_end|>\n")
        for message in record["messages"]:
            reply = message["role"] == "assistant"
            self._add(whole, f"<|im_start|>{message['role']}\n")
            pieces = message["content"].split(PICTURE)
            for number, piece in enumerate(pieces):
                opened = "<|vision_end|>" if number > 0 else ""
                closes = "<|vision_start|>" if number < len(pieces) - 1 else ("<|im_end|>" if reply else "<|im_end|>\n")
                self._add(whole, opened + piece + closes, learned=reply)
                if number < len(pieces) - 1:
                    if taken == len(pictures):
                        raise ValueError(f"record {record.get('id')}: more places for pictures than pictures")
                    rows, columns = grid_of(pictures[taken])
                    whole.slots.append(Slot(len(whole.ids), rows, columns, pictures[taken]))
                    whole.ids += [self.image_token] * (rows * columns)
                    whole.labels += [IGNORED] * (rows * columns)
                    taken += 1
            if reply:
                self._add(whole, "\n")
        if taken != len(pictures):
            raise ValueError(f"record {record.get('id')}: {len(pictures)} pictures, {taken} places for them")
        # What follows the last reply teaches nothing.
        last = max((i for i, label in enumerate(whole.labels) if label != IGNORED), default=-1)
        del whole.ids[last + 1 :], whole.labels[last + 1 :]
        return whole

    def _add(self, whole: Sequence, text: str, learned: bool = False) -> None:
        ids = self.text(text)
        whole.ids += ids
        whole.labels += ids if learned else [IGNORED] * len(ids)


def rope_positions(sequence: Sequence) -> np.ndarray:
    """Time, row and column of each token, int64 [3, length] (Qwen2-VL's M-RoPE; transformers `get_rope_index`).

    Text counts on in all three; a picture has one time and its own rows and columns of merged tokens, and what follows
    goes on after the largest of them.
    """
    positions = np.empty((3, len(sequence.ids)), np.int64)
    at, following = 0, 0
    for slot in sequence.slots:
        positions[:, at : slot.start] = following + np.arange(slot.start - at)
        following += slot.start - at
        positions[0, slot.start : slot.end] = following
        positions[1, slot.start : slot.end] = following + np.repeat(np.arange(slot.rows), slot.columns)
        positions[2, slot.start : slot.end] = following + np.tile(np.arange(slot.columns), slot.rows)
        following += max(slot.rows, slot.columns)
        at = slot.end
    positions[:, at:] = following + np.arange(len(sequence.ids) - at)
    return positions
