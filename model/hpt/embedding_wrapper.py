"""The token table as a graph: input_ids [B, S] -> inputs_embeds [B, S, hidden]."""

import torch
from torch import nn


class EmbeddingWrapper(nn.Module):
    """`stored` is the type the table is kept in, `given` the type it is given out in."""

    def __init__(self, embedding: nn.Embedding, stored: torch.dtype, given: torch.dtype):
        super().__init__()
        self.weight = nn.Parameter(embedding.weight.detach().to(stored), requires_grad=False)
        self.given = given

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.embedding(input_ids, self.weight).to(self.given)
