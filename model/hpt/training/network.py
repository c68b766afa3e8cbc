"""What is trained: a Qwen2-VL (with or without the convolutional stem) on packed rows, and the losses of the stages."""

import torch
import torch.nn.functional as F
from torch import nn

import batched_vision
from conversation import IGNORED

FILTER_DIMENSION = 384  # identity 256 + semantic 128


class Trainee(nn.Module):
    """`model` is transformers' Qwen2VLForConditionalGeneration. With `distil`, pooled vision tokens also learn to give the
    base filter's embedding (identity and semantic part): a head that is thrown away afterwards."""

    def __init__(self, model, distil: bool = False, drop: float = 0.1):
        super().__init__()
        self.model = model
        self.drop = drop
        hidden = model.config.text_config.hidden_size
        self.distil = nn.Linear(2 * hidden, FILTER_DIMENSION) if distil else None

    @property
    def visual(self):
        return self.model.model.visual

    def see(self, features, patches, grid):
        """Stored stem features and raw patches of pictures of one grid -> vision tokens [n, tokens, hidden]."""
        stem = self.visual.stem.embed(features)
        return batched_vision.encode(self.visual, patches, grid, stem, self.drop if self.training else 0.0)

    def forward(self, batch: dict) -> dict:
        """-> sums over the batch: loss (weighted), weight, distil; right and asked by task for single-token replies."""
        embeddings = self.model.get_input_embeddings()
        ids = batch["ids"]
        hidden = embeddings(ids)
        distil = hidden.new_zeros(())
        if len(batch["picture_rows"]):
            if "features" in batch:
                tokens = self.see(batch["features"], batch["patches"], batch["grid"])
                if self.distil is not None:
                    distil = self.distance(self.distil(pooled(tokens)), batch["targets"])
                tokens = tokens.flatten(0, 1)
            else:
                tokens = self.visual(batch["pixel_values"], grid_thw=batch["grid_thw"])
            # picture_rows: flat positions in ids; picture_tokens: which vision token stands there
            flat = hidden.flatten(0, 1).index_copy(0, batch["picture_rows"], tokens[batch["picture_tokens"]].to(hidden.dtype))
            hidden = flat.view_as(hidden)
        mask = torch.zeros(batch["mask"].shape, dtype=hidden.dtype, device=hidden.device).masked_fill(
            ~batch["mask"], torch.finfo(hidden.dtype).min)[:, None]
        states = self.model.model.language_model(
            inputs_embeds=hidden, attention_mask={"full_attention": mask}, position_ids=batch["positions"], use_cache=False,
        ).last_hidden_state
        learned = batch["labels"] != IGNORED
        logits = self.model.lm_head(states[learned]).float()
        labels, weights = batch["labels"][learned], batch["weights"][learned]
        losses = F.cross_entropy(logits, labels, reduction="none")
        if "taught" in batch:
            # Where the filter has an opinion on a pair, p(yes) in `taught`, the reply is learned as likely as it says.
            taught = batch["taught"][learned]
            told = taught >= 0
            logs, (yes, no) = logits[told].log_softmax(-1), batch["yes_no"]
            losses = losses.masked_scatter(told, -(taught[told] * logs[:, yes] + (1 - taught[told]) * logs[:, no]))
        out = {"loss": (losses * weights).sum(), "weight": weights.sum(), "distil": distil}
        with torch.no_grad():
            out["right"] = (logits.argmax(-1) == labels).float()
            out["losses"] = losses.detach()
        return out

    def distance(self, found, targets):
        """1 - cosine, for both parts of the filter's embedding [n, 384]."""
        parts = zip(found.float().split([256, 128], -1), targets.split([256, 128], -1), (0.7, 0.3))
        return sum(share * (1 - F.cosine_similarity(a, b, dim=-1)).mean() for a, b, share in parts)


def pooled(tokens):
    """Vision tokens [n, tokens, hidden] to their mean and largest [n, 2 * hidden]."""
    return torch.cat([tokens.mean(1), tokens.amax(1)], -1)
