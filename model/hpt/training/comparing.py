"""A fresh decoder that can compare two pictures from its first step.

    python comparing.py --model runs/stage1/model --fresh fresh --features features/* --validate features/held --out start

Whether two pictures show the same person is a bilinear question: a small decoder with random weights has to find out by
chance that something of one picture must be multiplied with the same of another, and stays at chance for hundreds of steps.
So three of its layers begin as a circuit that does just that, and everything is trained from there:

    layer 1, attention   what stands between the pictures gathers the mean of the pictures before it
    layer 2, attention   a picture's tokens fetch that mean from the text before them
    layer 2, MLP         silu(g) u - silu(-g) u = g u: the product of the fetched and of the token's own
    layer 3, attention   whatever comes after gathers the products and leans to Yes or No

The gathered part is a linear map of the pictures' tokens, `FITTED` numbers a picture, fitted here on the training people:
its inner product of two pictures is high when they show the same person. The encoder's last layer is turned so that its
tokens leave the places free which the circuit needs; nothing else of the encoder changes.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import model_files
from conversation import Conversation
from network import Trainee
from stored_features import GRID, StoredFeatures
from validate import Validation, average_precision

CONTENT, FITTED = 160, 88  # places of the residual stream: tokens' own; then what is fetched; then the four below
# Flags: of picture tokens; of text; of text behind a picture; of <|im_start|>, where who looks for nothing looks. The product.
PICTURE, TEXT, FULL, SINK, PRODUCT = 251, 252, 253, 254, 255
HELD = "circuit.pt"  # beside the model: masks for `train.py --hold`
NEAR, FAR = 31, 30  # the slowest pairs of the rotary positions: what they hold does not depend on distance
MARKED = 0.15  # length of a flag beside a text token of about 0.3 or a picture token of 1


class Fit(nn.Module):
    """Mean tokens [n, CONTENT] to FITTED numbers: people apart, and alike as the teacher's features are."""

    def __init__(self, people: int):
        super().__init__()
        self.map = nn.Linear(CONTENT, FITTED, bias=False)
        self.people = nn.Parameter(F.normalize(torch.randn(people, FITTED), dim=-1))

    def loss(self, means, labels, teacher):
        found = self.map(means)
        unit = F.normalize(found, dim=-1)
        cosine = unit @ F.normalize(self.people, dim=-1).T
        told = F.cross_entropy(24 * (cosine - 0.15 * F.one_hot(labels, cosine.shape[1])), labels, label_smoothing=0.1)
        off = ~torch.eye(len(means), dtype=torch.bool)
        alike = ((unit @ unit.T - teacher @ teacher.T)[off] ** 2).mean()
        # The circuit takes inner products, not cosines: lengths should tell nothing.
        length = ((found.square().sum(-1) - 1) ** 2).mean()
        return told + 20 * alike + length


@torch.no_grad()
def tokens_of(trainee: Trainee, stored: StoredFeatures, views) -> torch.Tensor:
    """Vision tokens [n, tokens, hidden] of stored views."""
    trainee.eval()
    return torch.cat([trainee.see(*stored.read(views[at : at + 256]), GRID) for at in range(0, len(views), 256)])


@torch.no_grad()
def turn_encoder(visual, tokens: torch.Tensor) -> None:
    """The merger's last layer gives the CONTENT first principal directions of its tokens, mean 0, mean length 1, and the flag."""
    flat = tokens.flatten(0, 1).double()
    mean = flat.mean(0)
    spread, directions = torch.linalg.eigh((flat - mean).T @ (flat - mean))
    spread, directions = spread.flip(0), directions.flip(1).T
    directions = directions[:CONTENT]
    scale = 1 / ((flat - mean) @ directions.T).norm(dim=-1).mean()
    last = visual.merger.mlp[-1]
    weight, bias = torch.zeros_like(last.weight), torch.zeros_like(last.bias)
    weight[:CONTENT] = (scale * directions @ last.weight.double()).float()
    bias[:CONTENT] = (scale * directions @ (last.bias.double() - mean)).float()
    bias[PICTURE] = 3 / 16  # three deviations after the norm
    last.weight.copy_(weight)
    last.bias.copy_(bias)
    print(json.dumps({"kept of the tokens' variance": round(float(spread[:CONTENT].sum() / spread.sum()), 4)}), flush=True)


def gathered(tokens: torch.Tensor) -> torch.Tensor:
    """What layer 1 gathers of a picture's tokens [n, tokens, hidden]: the mean of the normed ones."""
    return (tokens * (tokens.square().mean(-1, keepdim=True) + 1e-6).rsqrt())[..., :CONTENT].mean(1)


def means_of(trainee: Trainee, stored: StoredFeatures, views) -> torch.Tensor:
    """[n, CONTENT] of stored views."""
    return torch.cat([gathered(tokens_of(trainee, stored, views[at : at + 2048])) for at in range(0, len(views), 2048)])


def fit(means, labels, teacher, steps: int, seed: int = 1) -> torch.Tensor:
    """The map [FITTED, CONTENT]."""
    torch.manual_seed(seed)
    model = Fit(int(labels.max()) + 1)
    nn.init.orthogonal_(model.map.weight, gain=(CONTENT / FITTED) ** 0.5 / float(means.norm(dim=-1).mean()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        rows = torch.from_numpy(rng.integers(len(means), size=512))
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        loss = model.loss(means[rows], labels[rows], teacher[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(json.dumps({"fit": round(float(loss.detach()), 4)}), flush=True)
    return model.map.weight.detach()


def attend(attention, near: dict[int, float], far: dict[int, float], far_for: int | None = None) -> None:
    """The first query head of each key head looks for tokens by their flags: a token's weight is e^(factor * flag), the flag
    as it is after the norm. With `far_for` only tokens with that flag (three after the norm) look for those of `far`."""
    size = attention.head_dim
    keys = attention.k_proj.weight.shape[0] // size
    group = attention.q_proj.weight.shape[0] // attention.k_proj.weight.shape[0]
    strength = math.sqrt(size)
    for key in range(keys):
        query = key * group * size
        attention.q_proj.weight[query : query + size] = 0
        attention.q_proj.bias[query : query + size] = 0
        attention.q_proj.bias[query + NEAR] = strength
        if far_for is None:
            attention.q_proj.bias[query + FAR] = strength
        else:
            attention.q_proj.weight[query + FAR, far_for] = strength / 3
        for place, flags in ((NEAR, near), (FAR, far)):
            attention.k_proj.weight[key * size + place] = 0
            attention.k_proj.bias[key * size + place] = 0
            for flag, factor in flags.items():
                attention.k_proj.weight[key * size + place, flag] = factor


def carry(attention, read: torch.Tensor, write: torch.Tensor) -> None:
    """Those heads' values are `read` @ normed token, split between the key heads; `write` [hidden, read] puts what
    they gather into the residual stream."""
    size = attention.head_dim
    keys = attention.k_proj.weight.shape[0] // size
    group = attention.q_proj.weight.shape[0] // attention.k_proj.weight.shape[0]
    each = len(read) // keys
    for key in range(keys):
        part = slice(key * each, (key + 1) * each)
        rows = slice(key * size, key * size + each)
        attention.v_proj.weight[rows] = read[part]
        attention.v_proj.bias[rows] = 0
        columns = slice(key * group * size, key * group * size + size)
        attention.o_proj.weight[:, columns] = 0
        attention.o_proj.weight[:, key * group * size : key * group * size + each] = write[:, part]


def answers_of(tokenizer) -> tuple[int, int]:
    return tuple(tokenizer.encode(word, add_special_tokens=False)[0] for word in ("Yes", "No"))


@torch.no_grad()
def build(model, tokenizer, fitted: torch.Tensor, slope: float, even: float) -> None:
    """Writes the circuit into the first three layers of the decoder; `slope` and `even`: of Yes by the inner product."""
    decoder, hidden = model.model.language_model, model.config.text_config.hidden_size
    token = tokenizer.convert_tokens_to_ids
    for number, layer in enumerate(decoder.layers):
        # What is random writes little at first, or it would drown the circuit; it grows with what it learns. Before the product
        # is made it writes nothing: see `circuit`.
        layer.self_attn.o_proj.weight *= 0.03 if number > 1 else 0
        layer.mlp.down_proj.weight *= 0.03 if number > 0 else 0
    table = decoder.embed_tokens.weight
    table[:, CONTENT:] = 0
    text = float(table.norm(dim=-1).mean())
    table[:, TEXT] = MARKED
    sink = token("<|im_start|>")
    table[sink] = 0
    table[sink, SINK] = text
    fetched = slice(CONTENT, CONTENT + FITTED)
    first, second, third = decoder.layers[:3]
    eye, long = torch.eye(FITTED), math.sqrt(hidden)  # long: a token after the norm

    # All but text, of which there is nothing but pictures and the sink; pictures themselves gather nothing.
    attend(first.self_attn, {TEXT: -8 * math.hypot(text, MARKED) / (long * MARKED)}, {SINK: 9 / long}, far_for=PICTURE)
    read, write = torch.zeros(FITTED + 2, hidden), torch.zeros(hidden, FITTED + 2)
    read[:FITTED, :CONTENT] = fitted
    read[FITTED, PICTURE] = 1 / 3
    write[fetched, :FITTED] = 0.3 * eye
    write[FULL, FITTED] = MARKED
    carry(first.self_attn, read, write)

    behind = math.sqrt(text**2 + 2 * MARKED**2 + 0.3**2)  # length of text that has gathered a picture
    attend(second.self_attn, {FULL: 7 * behind / (long * MARKED)}, {SINK: 4 / long})
    read, write = torch.zeros(FITTED, hidden), torch.zeros(hidden, FITTED)
    read[:, fetched] = eye * behind / (0.3 * long)
    write[fetched] = 0.3 * eye
    carry(second.self_attn, read, write)

    mlp, width = second.mlp, 2 * FITTED
    mlp.gate_proj.weight[:width] = 0
    mlp.up_proj.weight[:width] = 0
    mlp.down_proj.weight[:, :width] = 0
    mlp.down_proj.weight[PRODUCT] = 0
    for sign, rows in ((1, slice(0, FITTED)), (-1, slice(FITTED, width))):
        mlp.gate_proj.weight[rows, fetched] = sign * eye
        mlp.up_proj.weight[rows, :CONTENT] = sign * fitted
        mlp.down_proj.weight[PRODUCT, rows] = 0.1

    attend(third.self_attn, {TEXT: -8 * 2 * behind / (long * MARKED)}, {})
    yes, no = answers_of(tokenizer)
    leaning = F.normalize(table[yes] - table[no], dim=0)
    read, write = torch.zeros(FITTED, hidden), torch.zeros(hidden, FITTED)
    read[0, PRODUCT] = 1
    write[:, 0] = slope * leaning
    carry(third.self_attn, read, write)
    third.self_attn.v_proj.bias[0] = -even


def circuit(model, answers: tuple[int, int]) -> dict[str, torch.Tensor]:
    """Which weights are the circuit, and what could write into a picture's tokens before the product is made: masks by the
    parameter's name. `answers`: the tokens Yes and No, towards which the circuit leans.

    `train.py --hold` keeps them as they are: a new decoder's first hundred steps move every weight about, and a circuit that is
    bent once is not found again (docs/decisions/0010). The other layers, and what the second has besides, are free.
    """
    decoder, masks = model.model.language_model, {}
    names = {id(weight): name for name, weight in model.named_parameters()}

    def hold(weight: nn.Parameter, *where) -> None:
        masks.setdefault(names[id(weight)], torch.zeros_like(weight, dtype=torch.bool))[where] = True

    hold(decoder.embed_tokens.weight, slice(None), slice(CONTENT, None))
    hold(decoder.embed_tokens.weight, list(answers))
    last = model.model.visual.merger.mlp[-1]
    hold(last.weight, slice(CONTENT, None))
    hold(last.bias, slice(CONTENT, None))
    for number, layer in enumerate(decoder.layers[:3]):
        hold(layer.input_layernorm.weight)
        attention = layer.self_attn
        size = attention.head_dim
        keys = attention.k_proj.weight.shape[0] // size
        group = attention.q_proj.weight.shape[0] // attention.k_proj.weight.shape[0]
        for key in range(keys):
            query = slice(key * group * size, key * group * size + size)
            hold(attention.q_proj.weight, query)
            hold(attention.q_proj.bias, query)
            hold(attention.o_proj.weight, slice(None), query)
            for rows in (key * size + NEAR, key * size + FAR):
                hold(attention.k_proj.weight, rows)
                hold(attention.k_proj.bias, rows)
            carried = slice(key * size, key * size + FITTED // keys + 1)
            hold(attention.v_proj.weight, carried)
            hold(attention.v_proj.bias, carried)
    mlp = decoder.layers[1].mlp
    hold(decoder.layers[0].self_attn.o_proj.weight)
    hold(decoder.layers[0].mlp.down_proj.weight)
    hold(decoder.layers[1].self_attn.o_proj.weight)
    hold(mlp.down_proj.weight, slice(CONTENT, None))
    hold(decoder.layers[1].post_attention_layernorm.weight)
    hold(mlp.gate_proj.weight, slice(0, 2 * FITTED))
    hold(mlp.up_proj.weight, slice(0, 2 * FITTED))
    hold(mlp.down_proj.weight, slice(None), slice(0, 2 * FITTED))
    return masks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder whose encoder is taken (stage 1)")
    parser.add_argument("--fresh", required=True, help="folder of make_start.py with a decoder of random weights")
    parser.add_argument("--features", nargs="+", required=True)
    parser.add_argument("--validate", nargs="+", help="folders of stem_features.py with held-out people")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--slope", type=float, default=0.3, help="how strongly the product leans to Yes")
    parser.add_argument("--even", type=float, default=1.6, help="product at which Yes and No are even")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    start = model_files.load(args.model)
    model_files.replace_decoder(start.model, args.fresh)
    trainee = Trainee(start.model)
    stored = StoredFeatures.of(args.features, start)
    views = [view for path in sorted(stored.rows) for view in stored.rows[path]]
    turn_encoder(trainee.visual, tokens_of(trainee, stored, views[:: max(1, len(views) // 1500)]))
    people = sorted(set(stored.people.values()))
    number = {p: i for i, p in enumerate(people)}
    labels = torch.tensor([number[stored.people[path]] for path in sorted(stored.rows) for _ in stored.rows[path]])
    fitted = fit(means_of(trainee, stored, views), labels, stored.targets(views)[:, :256], args.steps)
    if args.validate:
        print(json.dumps(retrieval(trainee, fitted, args.validate, start)), flush=True)
    build(start.model, start.tokenizer, fitted, args.slope, args.even)
    if args.validate:
        validation = Validation(args.validate, start, Conversation(start.tokenizer, start.model.config.image_token_id))
        print(json.dumps(validation.run(trainee)), flush=True)
    model_files.save(start, Path(args.out))
    torch.save(circuit(start.model, answers_of(start.tokenizer)), Path(args.out, HELD))


@torch.no_grad()
def retrieval(trainee, fitted, folders, start) -> dict:
    """mAP of the fitted numbers among held-out people, other cameras only."""
    held = StoredFeatures.of(folders, start)
    index = [e for f in folders for e in json.loads(Path(f, "index.json").read_text())]
    people, cameras = np.array([e[0] for e in index]), np.array([e[2] for e in index])
    found = (means_of(trainee, held, [held.rows[e[1]][0] for e in index]) @ fitted.T).numpy()
    result = {"length": [round(float(x), 3) for x in np.quantile(np.linalg.norm(found, axis=1), (0.05, 0.5, 0.95))]}
    for source in sorted({p[0] for p in people}):
        mine = np.flatnonzero([p[0] == source for p in people])
        near, scores = found[mine] @ found[mine].T, []
        for q in range(0, len(mine), 4):
            other = cameras[mine] != cameras[mine[q]]
            right = people[mine][other] == people[mine[q]]
            if right.any():
                scores.append(average_precision(near[q][other], right))
        result[f"{source} mAP"] = round(100 * float(np.mean(scores)), 1)
    return result


if __name__ == "__main__":
    main()
