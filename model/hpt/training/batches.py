"""Batches by step number alone: the same seed and step give the same batch, so a killed run goes on to the same weights."""

import queue
import threading

import numpy as np
import torch

from conversation import Conversation
from packing import PAIRS, pack
from records import Records
from stored_features import GRID, StoredFeatures

# Sizes that Qwen2-VL's resizing gives to crops of people, as patches; the first is that of a 1:2 crop and comes most often.
GRIDS, GRID_SHARES = ((12, 6), (14, 6), (14, 4), (10, 6)), (0.7, 0.14, 0.08, 0.08)


CHOICE = "best-choice"

# The filter's similarity at which its opinion on a pair is even, and how fast it turns: softer than its calibration, so that
# a taught reply says how alike two pictures are, too.
EVEN, SLOPE = 0.45, 10.0


class Batches:
    """`step(n, cursor)` -> batch and the cursor behind it; a cursor is (epoch, group).

    `easy`: a small decoder does not begin to learn whether two pictures show the same person; its answers stay at chance for
    many hundreds of steps. So over the first `easy` steps fewer and fewer pairs are replaced by easy ones: a picture and
    itself, or a picture and any other. From easy pairs it is off the plateau after fifty steps. Likewise the right candidate
    of a best choice is at first the query itself. `easy_tasks` says which of the two.
    `taught`: share of the filter's opinion in what is learned of a pair (stored features only).
    """

    def __init__(self, records: Records, conversation: Conversation, pictures, *, tokens: int, length: int, seed: int,
                 easy: int = 0, easy_tasks: tuple[str, ...] = (), taught: float = 0.0, process: int = 0, processes: int = 1):
        self.records, self.conversation, self.pictures = records, conversation, pictures
        self.tokens, self.length, self.seed = tokens, length, seed
        self.easy, self.easy_tasks, self.taught = easy, easy_tasks or (PAIRS, CHOICE), taught
        self.process, self.processes = process, processes
        self.yes_no = tuple(conversation.text(word)[0] for word in ("Yes", "No"))
        self.order: tuple[int, np.ndarray] | None = None

    def groups_of(self, cursor: tuple[int, int]):
        """Groups from a cursor on, without end, each with the cursor behind it."""
        epoch, at = cursor
        while True:
            if self.order is None or self.order[0] != epoch:
                self.order = (epoch, self.records.epoch(epoch))
            while at < len(self.order[1]):
                group = self.records.groups[self.order[1][at]]
                at += 1
                yield group, (epoch, at)
            epoch, at = epoch + 1, 0

    def step(self, number: int, cursor: tuple[int, int]):
        rng = np.random.default_rng([self.seed, number, self.process])
        grid_of = self.pictures.grids(rng)
        groups, tokens = [], 0
        for turn, (group, cursor) in enumerate(self.groups_of(cursor)):
            # All processes walk over the same groups and each keeps its share: the cursor is common to them.
            if turn % self.processes == self.process:
                read = [self.eased(self.records.read(n), 1 - number / self.easy if self.easy else 0.0, rng) for n in group]
                sequences = [self.conversation.sequence(record, grid_of) for record in read]
                groups.append(sequences)
                tokens += sum(len(s.ids) for s in sequences)
            if tokens >= self.tokens and (turn + 1) % self.processes == 0:
                break
        batch = pack(groups, self.length, self.conversation.tokenizer.pad_token_id)
        rows, columns = batch.ids.shape
        flat = np.concatenate([r * columns + np.arange(start, start + n) for _, r, start, n in batch.places] or [np.empty(0, np.int64)])
        seen = self.pictures.see(batch.pictures, rng)
        taken = np.concatenate([seen["starts"][p] + np.arange(n) for p, _, _, n in batch.places] or [np.empty(0, np.int64)])
        tensors = {
            "ids": torch.from_numpy(batch.ids), "labels": torch.from_numpy(batch.labels),
            "weights": torch.from_numpy(batch.weights), "positions": torch.from_numpy(batch.positions),
            "mask": torch.from_numpy(batch.mask), "picture_rows": torch.from_numpy(flat.astype(np.int64)),
            "picture_tokens": torch.from_numpy(taken.astype(np.int64)), "tasks": torch.from_numpy(batch.tasks),
            **seen["tensors"],
        }
        if self.taught and batch.pairs and "targets" in tensors:
            tensors["taught"] = self.opinions(batch, tensors["targets"])
            tensors["yes_no"] = self.yes_no
        return tensors, batch.names, cursor

    def eased(self, record: dict, share: float, rng: np.random.Generator) -> dict:
        """With the probability `share` an easy question with the same reply: for Yes the picture itself, for No anybody's;
        of candidates the right one is the query itself."""
        task, images = record.get("task"), record["images"]
        if share <= 0 or task not in self.easy_tasks or rng.random() >= share:
            return record
        reply = record["messages"][-1]["content"]
        if task == CHOICE:
            right = ord(reply[0]) - ord("A")
            # One turn, one letter, the query last: other forms stay as they are.
            plain = len(record["messages"]) == 2 and len(reply) == 1 and 0 <= right < len(images) - 1
            return {**record, "images": [*images[:right], images[-1], *images[right + 1 :]]} if plain else record
        if len(images) != 2:
            return record
        first = images[0]
        if reply == "Yes":
            return {**record, "images": [first, first]}
        group = self.records.groups[rng.integers(len(self.records.groups))]
        other = self.records.read(group[0])["images"][-1]
        return record if other == first else {**record, "images": [first, other]}

    def opinions(self, batch, targets: torch.Tensor) -> torch.Tensor:
        """p(yes) to be learned at each pair's reply, -1 elsewhere: [rows, length]."""
        taught = torch.full(batch.ids.shape, -1.0)
        for row, place, one, other in batch.pairs:
            if batch.labels[row, place] not in self.yes_no:
                continue
            product = targets[one] * targets[other]
            alike = 0.8 * product[:256].sum() + 0.2 * product[256:].sum()
            said = float(batch.labels[row, place] == self.yes_no[0])
            taught[row, place] = (1 - self.taught) * said + self.taught * torch.sigmoid((alike - EVEN) * SLOPE)
        return taught

    def from_step(self, number: int, cursor: tuple[int, int], ahead: int = 3):
        """(number, batch, names, cursor) from a step on, prepared by a thread beside the training."""
        ready: queue.Queue = queue.Queue(ahead)

        def work():
            at, step = cursor, number
            while True:
                try:
                    made = (step, *self.step(step, at))
                except BaseException as error:  # handed over: a thread's death would leave the training waiting
                    ready.put(error)
                    return
                ready.put(made)
                at, step = made[3], step + 1

        threading.Thread(target=work, daemon=True).start()
        while True:
            made = ready.get()
            if isinstance(made, BaseException):
                raise made
            yield made


class StoredPictures:
    """Pictures of which the stem's features are stored: one grid a batch, one random view a picture."""

    def __init__(self, stored: StoredFeatures, patch: int = 21, vary: bool = True):
        self.stored, self.patch, self.vary = stored, patch, vary
        self.grid = GRID

    def grids(self, rng: np.random.Generator):
        self.grid = GRIDS[rng.choice(len(GRIDS), p=GRID_SHARES)] if self.vary else GRID
        merged = (self.grid[0] // 2, self.grid[1] // 2)
        return lambda path: merged

    def see(self, paths: list[str], rng: np.random.Generator) -> dict:
        if not paths:
            return {"starts": [], "tensors": {}}
        views = self.stored.draw(paths, rng)
        features, patches = self.stored.read(views, self.grid, self.patch)
        count = self.grid[0] * self.grid[1] // 4
        return {
            "starts": np.arange(len(paths)) * count,
            "tensors": {"features": features, "patches": patches, "targets": self.stored.targets(views), "grid": self.grid},
        }
