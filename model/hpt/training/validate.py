"""How a model in training ranks people it has not learned: candidates by the filter, judged pair by pair.

For a sample of held-out queries the filter's first `SHORTLIST` pictures of other cameras are asked the pair prompt. The
numbers are means over queries: mAP within the shortlist by the filter, by p(yes), and by their best mixture (a hint, not a
result: the weight is chosen on the same people).
"""

import json
from pathlib import Path

import numpy as np
import torch

from packing import pack
from stored_features import GRID, StoredFeatures

SHORTLIST, QUERIES = 20, 40
PROMPT = Path(__file__).parents[3] / "prompts" / "verify-image.md"


def pair_prompt() -> str:
    """prompts/verify-image.md as inference fills it, pictures as <image>."""
    body = PROMPT.read_text().split("---\n", 2)[2].strip()
    return body.replace("{{keep}}", "").replace("{{candidate}}", "<image>").replace("{{query}}", "<image>")


class Validation:
    def __init__(self, folders: list[str], start, conversation):
        self.stored = StoredFeatures.of(folders, start)
        self.conversation, self.patch = conversation, start.model.config.vision_config.patch_size
        index = [entry for f in folders for entry in json.loads(Path(f, "index.json").read_text())]
        self.paths = [e[1] for e in index]
        people, cameras = np.array([e[0] for e in index]), np.array([e[2] for e in index])
        parts = np.concatenate([np.load(Path(f, "filter.npy")) for f in folders]), np.concatenate([np.load(Path(f, "semantic.npy")) for f in folders])
        self.yes, self.no = (conversation.text(word)[0] for word in ("Yes", "No"))
        self.sets = {}
        for source in sorted({p[0] for p in people}):
            mine = np.flatnonzero([p[0] == source for p in people])
            near = 0.8 * parts[0][mine] @ parts[0][mine].T + 0.2 * parts[1][mine] @ parts[1][mine].T
            rng, asked = np.random.default_rng(7), []
            for q in rng.permutation(len(mine)):
                other = np.flatnonzero((cameras[mine] != cameras[mine[q]]))
                order = other[np.argsort(-near[q, other], kind="stable")][:SHORTLIST]
                right = people[mine[order]] == people[mine[q]]
                if right.any() and not right.all():
                    asked.append((mine[q], mine[order], near[q, order], right))
                if len(asked) == QUERIES:
                    break
            self.sets[source] = asked

    @torch.no_grad()
    def run(self, trainee) -> dict:
        training = trainee.training
        trainee.eval()
        found = {}
        for source, asked in self.sets.items():
            scores = [self.judge(trainee, query, candidates) for query, candidates, _, _ in asked]
            filters = [near for _, _, near, _ in asked]
            rights = [right for _, _, _, right in asked]
            mean = lambda make: round(100 * float(np.mean([average_precision(make(i), rights[i]) for i in range(len(asked))])), 2)
            found[f"{source} filter"] = mean(lambda i: filters[i])
            found[f"{source} model"] = mean(lambda i: scores[i])
            mixed = {w: mean(lambda i, w=w: filters[i] * 20 + w * scores[i]) for w in (0.1, 0.2, 0.4, 0.7, 1.2, 2.0)}
            found[f"{source} both"] = max(mixed.values())
            labels, values = np.concatenate(rights), np.concatenate(scores)
            found[f"{source} auc"] = round(100 * auc(values, labels), 2)
        trainee.train(training)
        return found

    def judge(self, trainee, query: int, candidates) -> np.ndarray:
        """logit yes - logit no of each candidate."""
        prompt = pair_prompt()
        merged = (GRID[0] // 2, GRID[1] // 2)
        sequences = [[self.conversation.sequence(
            {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": "Yes"}],
             "images": [self.paths[c], self.paths[query]]}, lambda path: merged)] for c in candidates]
        batch = pack(sequences, 512, self.conversation.tokenizer.pad_token_id)
        views = [self.stored.rows[path][0] for path in batch.pictures]
        features, patches = self.stored.read(views, GRID, self.patch)
        tokens = trainee.see(features, patches, GRID)
        hidden = trainee.model.get_input_embeddings()(torch.from_numpy(batch.ids))
        for picture, row, start, count in batch.places:
            hidden[row, start : start + count] = tokens[picture]
        mask = torch.zeros(batch.mask.shape).masked_fill(~torch.from_numpy(batch.mask), torch.finfo(torch.float32).min)[:, None]
        states = trainee.model.model.language_model(
            inputs_embeds=hidden, attention_mask={"full_attention": mask}, position_ids=torch.from_numpy(batch.positions), use_cache=False,
        ).last_hidden_state
        at = torch.from_numpy(batch.labels == self.yes)
        logits = trainee.model.lm_head(states[at])
        found = (logits[:, self.yes] - logits[:, self.no]).float().numpy()
        # Rows were filled longest first; every sequence has the same length, so their order is kept row by row.
        return found


def average_precision(scores, right) -> float:
    order = np.argsort(-scores, kind="stable")
    places = np.flatnonzero(right[order]) + 1
    return float((np.arange(1, len(places) + 1) / places).mean())


def auc(scores, right) -> float:
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = right.sum()
    return float((ranks[right].sum() - positive * (positive + 1) / 2) / (positive * (len(right) - positive)))
