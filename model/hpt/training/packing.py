"""Sequences to rows of one length: what neighbours have in common is computed once, as the engine does with its prompt tree.

A group is a run of sequences with a common beginning (the instruction and the first picture, say). In a row stands the
beginning, then the rest of each sequence as a branch; a branch sees the beginning and itself. Positions are those that
each sequence would have alone, so the numbers are the same as one by one (`test_training.py` proves it).
"""

from dataclasses import dataclass

import numpy as np

from conversation import IGNORED, Sequence, rope_positions


@dataclass
class Batch:
    """Padded rows [rows, length] and everything the network needs; `places` are (row, start) of each picture's tokens."""

    ids: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    positions: np.ndarray  # [3, rows, length]
    mask: np.ndarray  # bool [rows, length, length]: may look
    pictures: list[str]  # distinct by (path, group): one view of each is drawn
    places: list[tuple[int, int, int, int]]  # picture number, row, start, tokens
    tasks: np.ndarray  # [rows, length], number of the task in `names`, -1 where nothing is learned
    names: list[str]
    pairs: list[tuple[int, int, int, int]]  # (row, place of the reply, picture, picture) of each question about one pair


PAIRS = "image-one-to-one"


def elements(sequence: Sequence) -> list:
    """Tokens, with pictures told apart by path."""
    out = list(sequence.ids)
    for slot in sequence.slots:
        for i in range(slot.start, slot.end):
            out[i] = (slot.path, i - slot.start)
    return out


def common_beginning(sequences: list[Sequence]) -> int:
    """Length that all sequences share, before anything is learned and never inside a picture."""
    first = elements(sequences[0])
    limit = min(next((i for i, label in enumerate(s.labels) if label != IGNORED), len(s.ids)) for s in sequences)
    limit = min(limit, min(len(s.ids) for s in sequences) - 1)
    for other in sequences[1:]:
        them = elements(other)
        same = 0
        while same < limit and first[same] == them[same]:
            same += 1
        limit = same
    for slot in sequences[0].slots:
        if slot.start < limit < slot.end:
            limit = slot.start
    return max(limit, 0)


def reply_weights(labels: list[int]) -> list[float]:
    """Each reply counts by the square root of its length: a letter is not drowned by captions, nor a caption by letters."""
    weights, i = [0.0] * len(labels), 0
    while i < len(labels):
        if labels[i] == IGNORED:
            i += 1
            continue
        j = i
        while j < len(labels) and labels[j] != IGNORED:
            j += 1
        weights[i:j] = [(j - i) ** -0.5] * (j - i)
        i = j
    return weights


def pack(groups: list[list[Sequence]], length: int, pad: int) -> Batch:
    """Rows of at most `length` tokens. A sequence longer than that is left out."""
    names = sorted({s.task for group in groups for s in group})
    pieces = []
    for number, group in enumerate(groups):
        group = [s for s in group if len(s.ids) <= length]
        while group:
            shared = common_beginning(group) if len(group) > 1 else 0
            total, fitting = shared, []
            for s in group:
                if total + len(s.ids) - shared > length:
                    break
                total += len(s.ids) - shared
                fitting.append(s)
            pieces.append((number, fitting, shared, total))
            group = group[len(fitting) :]
    pieces.sort(key=lambda p: -p[3])
    rows: list[list] = []
    room: list[int] = []
    for piece in pieces:
        target = next((i for i, free in enumerate(room) if free >= piece[3]), None)
        if target is None:
            rows.append([])
            room.append(length)
            target = len(rows) - 1
        rows[target].append(piece)
        room[target] -= piece[3]
    longest = length - min(room, default=0)
    shape = (len(rows), longest)
    batch = Batch(
        np.full(shape, pad, np.int64), np.full(shape, IGNORED, np.int64), np.zeros(shape, np.float32),
        np.zeros((3, *shape), np.int64), np.zeros((*shape, longest), bool), [], [], np.full(shape, -1, np.int8), names, [])
    known: dict[tuple, int] = {}
    for r, row in enumerate(rows):
        group_of, branch_of = np.full(longest, -1, np.int64), np.zeros(longest, np.int64)
        at = 0
        for p, (number, sequences, shared, _) in enumerate(row):
            for b, s in enumerate(sequences):
                start = 0 if b == 0 or shared == 0 else shared
                size = len(s.ids) - start
                where = slice(at, at + size)
                # What is learned stands after its token: the label is that of the next one.
                following = s.labels[1:] + [IGNORED]
                batch.ids[r, where] = s.ids[start:]
                batch.labels[r, where] = following[start:]
                batch.weights[r, where] = (reply_weights(s.labels)[1:] + [0.0])[start:]
                batch.positions[:, r, where] = rope_positions(s)[:, start:]
                batch.tasks[r, where] = np.where(batch.labels[r, where] != IGNORED, names.index(s.task), -1)
                group_of[where] = p
                branch_of[where] = b + 1
                if b == 0 and shared:
                    branch_of[at : at + shared] = 0
                for slot in s.slots:
                    if slot.start >= start:
                        key = (slot.path, number, p, b if slot.start >= shared else -1)
                        if key not in known:
                            known[key] = len(batch.pictures)
                            batch.pictures.append(slot.path)
                        batch.places.append((known[key], r, at + slot.start - start, slot.end - slot.start))
                if s.task == PAIRS and len(s.slots) == 2:
                    first = next(i for i, label in enumerate(following) if label != IGNORED)
                    seen = [known[(slot.path, number, p, b if slot.start >= shared else -1)] for slot in s.slots]
                    batch.pairs.append((r, at + first - start, seen[0], seen[1]))
                if shared == 0:
                    group_of[where] = p * 1000 + b + 1_000_000
                at += size
        order = np.arange(longest)
        same = group_of[:, None] == group_of[None]
        sees = (branch_of[None] == 0) | (branch_of[None] == branch_of[:, None])
        batch.mask[r] = same & sees & (order[:, None] >= order[None])
        batch.mask[r][order, order] = True  # padding looks at itself: a row of nothing would be not a number
    return batch
