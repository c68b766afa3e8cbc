"""One stage of hierarchical progressive tuning (paper, section 3), for any size of Qwen2-VL.

    python train.py --stage 1 --model START --data stage1/train.jsonl --out runs/stage1
    python train.py --stage 2 --model runs/stage1/model --fresh-decoder START --data stage2/train.jsonl --out runs/stage2
    python train.py --stage 3 --model runs/stage2/model --data stage3/train.jsonl --out runs/stage3
    accelerate launch train.py ...          # the same on several GPUs or machines

Stage 1 trains everything on captions; stage 2 keeps the encoder of stage 1 and takes the decoder of --fresh-decoder;
stage 3 freezes the encoder. --out holds the checkpoint (written whole, every --save steps), log.jsonl, loss.png and, at the
end, `model`, a Hugging Face folder. Called again with the same arguments a killed run goes on from its checkpoint, and on
one CPU ends with the same weights as if it had not been killed.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator

import model_files
from batches import CHOICE, Batches, StoredPictures
from conversation import Conversation
from curves import draw
from network import Trainee
from packing import PAIRS
from raw_pictures import RawPictures
from records import Records
from stored_features import StoredFeatures
from validate import Validation


def arguments(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=int, choices=[1, 2, 3], required=True)
    parser.add_argument("--model", required=True, help="Hugging Face folder: where the stage starts")
    parser.add_argument("--fresh-decoder", help="Hugging Face folder whose decoder replaces that of --model: stage 2, and schooling of a new decoder")
    parser.add_argument("--hold", help="circuit.pt of comparing.py: these weights stay as they are")
    parser.add_argument("--data", required=True, nargs="+", help="chat JSONL of `chatreid tune data`")
    parser.add_argument("--features", nargs="+", help="folders of stem_features.py; without them pictures are read")
    parser.add_argument("--validate", nargs="+", help="folders of stem_features.py with held-out people")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--tokens", type=int, default=6000, help="tokens a step and process, pictures included")
    parser.add_argument("--length", type=int, default=512, help="longest row; longer records are left out")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate of the decoder")
    parser.add_argument("--encoder-rate", type=float, help="of the encoder (default: --rate)")
    parser.add_argument("--warm", type=int, default=100, help="steps of linear warm-up; cosine to 2 % after")
    parser.add_argument("--decay", type=float, default=0.05, help="weight decay of matrices")
    parser.add_argument("--average", type=float, default=0.998, help="decay of the running average that is saved; 0: none")
    parser.add_argument("--distil", type=float, default=0.0, help="weight of giving the base filter's embedding")
    parser.add_argument("--easy", type=int, default=0, help="steps in which pairs of pictures grow from easy to what the data says")
    parser.add_argument("--easy-tasks", nargs="+", default=[PAIRS, CHOICE], choices=[PAIRS, CHOICE], help="what --easy makes easy")
    parser.add_argument("--taught", type=float, default=0.0, help="0 to 1: how much of a pair's reply is the filter's opinion")
    parser.add_argument("--drop", type=float, default=0.1, help="stochastic depth of the encoder")
    parser.add_argument("--precision", choices=["no", "bf16", "fp16"], default="no")
    parser.add_argument("--threads", type=int, help="CPU threads")
    parser.add_argument("--save", type=int, default=200)
    parser.add_argument("--check", type=int, default=500, help="steps between validations")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(given)


def rate_at(step: int, steps: int, warm: int) -> float:
    """Share of the peak rate: linear up, cosine down to 2 %."""
    if step < warm:
        return (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, done))))


def optimizer_of(trainee: Trainee, args) -> torch.optim.Optimizer:
    """AdamW; matrices decay, norms, biases and the embedding table do not; encoder and decoder have their own rates."""
    groups: dict[tuple[bool, bool], list] = {}
    for name, weight in trainee.named_parameters():
        if weight.requires_grad:
            encoder = ".visual." in name or name.startswith("distil")
            groups.setdefault((encoder, weight.ndim > 1 and "embed_tokens" not in name), []).append(weight)
    encoder_rate = args.encoder_rate if args.encoder_rate is not None else args.rate
    return torch.optim.AdamW(
        [{"params": weights, "weight_decay": args.decay if decays else 0.0, "peak": encoder_rate if encoder else args.rate}
         for (encoder, decays), weights in sorted(groups.items())], lr=args.rate, betas=(0.9, 0.98))


class Average:
    """Running average of the trainable weights: what is validated and saved."""

    def __init__(self, trainee: torch.nn.Module, decay: float):
        self.decay = decay
        self.weights = {n: w.detach().clone() for n, w in trainee.named_parameters() if w.requires_grad} if decay else {}

    @torch.no_grad()
    def update(self, trainee: torch.nn.Module, step: int) -> None:
        decay = min(self.decay, (step + 1) / (step + 10))
        for name, weight in trainee.named_parameters():
            if name in self.weights:
                self.weights[name].lerp_(weight.detach(), 1 - decay)

    @torch.no_grad()
    def swap(self, trainee: torch.nn.Module) -> None:
        """Exchange the weights and their average; called twice it changes nothing."""
        for name, weight in trainee.named_parameters():
            if name in self.weights:
                kept = weight.detach().clone()
                weight.copy_(self.weights[name])
                self.weights[name].copy_(kept)


class Held:
    """Single weights that stay as they are, whatever the optimizer does to them."""

    def __init__(self, trainee: Trainee, masks: dict[str, torch.Tensor]):
        weights = dict(trainee.model.named_parameters())
        self.parts = [(weights[name], mask.to(weights[name].device)) for name, mask in masks.items()]
        self.values = [weight.detach()[mask].clone() for weight, mask in self.parts]

    @torch.no_grad()
    def restore(self) -> None:
        for (weight, mask), value in zip(self.parts, self.values):
            weight[mask] = value


def main(given=None) -> None:
    args = arguments(given)
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    accelerator = Accelerator(mixed_precision=args.precision, cpu=not torch.cuda.is_available())
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    say = print if accelerator.is_main_process else lambda *a, **k: None

    start = model_files.load(args.model)
    if args.fresh_decoder:
        model_files.replace_decoder(start.model, args.fresh_decoder)
    trainee = Trainee(start.model, distil=args.distil > 0, drop=args.drop)
    model_files.freeze(trainee, encoder=args.stage == 3)
    records = Records(args.data, args.seed)
    conversation = Conversation(start.tokenizer, start.model.config.image_token_id)
    if args.features:
        pictures = StoredPictures(StoredFeatures.of(args.features, start),
                                  start.model.config.vision_config.patch_size)
    else:
        pictures = RawPictures(start.processor, args.stage)
    batches = Batches(records, conversation, pictures, tokens=args.tokens, length=args.length, seed=args.seed,
                      easy=args.easy, easy_tasks=tuple(args.easy_tasks), taught=args.taught, process=accelerator.process_index, processes=accelerator.num_processes)
    validation = Validation(args.validate, start, conversation) if args.validate else None
    optimizer = optimizer_of(trainee, args)
    model, optimizer = accelerator.prepare(trainee, optimizer)
    held = Held(trainee, torch.load(args.hold, weights_only=True) if args.hold else {})
    average = Average(trainee, args.average)

    settings = {k: v for k, v in vars(args).items() if k not in ("out", "threads", "save")} | {"records": records.checksum}
    checkpoint = out / "checkpoint.pt"
    step, cursor = 0, (0, 0)
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
        changed = sorted(k for k in settings if saved["settings"].get(k) != settings[k])
        if changed:
            raise SystemExit(f"{checkpoint} was made with other settings ({', '.join(changed)}): give another --out or remove it")
        trainee.load_state_dict(saved["weights"], strict=False)
        optimizer.load_state_dict(saved["optimizer"])
        average.weights = {k: v.to(accelerator.device) for k, v in saved["average"].items()}
        step, cursor = saved["step"], saved["cursor"]
        torch.set_rng_state(saved["random"])
        say(f"going on at step {step}")
    log = Log(out / "log.jsonl", step)

    def save() -> None:
        if not accelerator.is_main_process:
            return
        trained = {n for n, w in trainee.named_parameters() if w.requires_grad}
        state = {k: v for k, v in trainee.state_dict().items() if k in trained}
        part = checkpoint.with_suffix(".part")
        torch.save({"weights": state, "optimizer": optimizer.state_dict(), "average": average.weights, "step": step,
                    "cursor": cursor, "random": torch.get_rng_state(), "settings": settings}, part)
        with open(part, "rb") as written:
            os.fsync(written.fileno())
        os.replace(part, checkpoint)
        draw(out / "log.jsonl", out / "loss.png")

    model.train()
    begun, sums = time.time(), Sums()
    for step_number, batch, names, following in batches.from_step(step, cursor):
        if step_number >= args.steps:
            break
        # Random numbers of a step depend on the step alone, so that going on draws what would have been drawn.
        torch.manual_seed(args.seed * 1_000_003 + step_number)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate_at(step_number, args.steps, args.warm)
        tasks = batch.pop("tasks")
        batch = {k: v.to(accelerator.device) if torch.is_tensor(v) else v for k, v in batch.items()}
        with accelerator.autocast():
            result = model(batch)
            loss = result["loss"] / result["weight"].clamp(min=1) + args.distil * result["distil"]
        optimizer.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(trainee.parameters(), 1.0)
        optimizer.step()
        held.restore()
        step, cursor = step_number + 1, following
        average.update(trainee, step_number)
        sums.add(result, tasks[tasks >= 0].numpy(), names, batch["ids"].numel())
        if step % 20 == 0 and accelerator.is_main_process:
            line = sums.line(step, optimizer.param_groups[-1]["lr"], time.time() - begun)
            log.write(line)
            say(json.dumps(line), flush=True)
            begun, sums = time.time(), Sums()
        if step % args.save == 0:
            save()
        if validation and step % args.check == 0 and accelerator.is_main_process:
            average.swap(trainee)
            found = {"step": step, "validation": validation.run(trainee)}
            average.swap(trainee)
            log.write(found)
            say(json.dumps(found), flush=True)
            begun = time.time()
    save()
    if accelerator.is_main_process:
        average.swap(trainee)
        model_files.save(start, out / "model")
        say(f"done: {out / 'model'}")


class Log:
    """JSON lines; what stands behind the step that a run goes on from is cut off."""

    def __init__(self, file: Path, step: int):
        self.file = file
        lines = file.read_text().splitlines() if file.exists() else []
        whole = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= step]
        file.write_text("".join(line + "\n" for line in whole))

    def write(self, line: dict) -> None:
        with open(self.file, "a") as file:
            file.write(json.dumps(line) + "\n")


class Sums:
    """Losses by task since the last line of the log."""

    def __init__(self):
        self.loss = self.weight = self.distil = self.tokens = self.steps = 0.0
        self.tasks: dict[str, list[float]] = {}

    def add(self, result: dict, tasks: np.ndarray, names: list[str], tokens: int) -> None:
        self.loss += float(result["loss"].detach())
        self.weight += float(result["weight"])
        self.distil += float(result["distil"].detach())
        self.tokens += tokens
        self.steps += 1
        losses = result["losses"].float().cpu().numpy()
        for number, name in enumerate(names):
            mine = tasks == number
            if mine.any():
                kept = self.tasks.setdefault(name, [0.0, 0.0])
                kept[0] += float(losses[mine].sum())
                kept[1] += int(mine.sum())

    def line(self, step: int, rate: float, seconds: float) -> dict:
        return {
            "step": step, "loss": round(self.loss / max(1, self.weight), 4), "distil": round(self.distil / self.steps, 4),
            "rate": round(rate, 6), "seconds": round(seconds / self.steps, 3), "tokens": round(self.tokens / seconds),
            "tasks": {name: round(total / count, 4) for name, (total, count) in sorted(self.tasks.items())},
        }


if __name__ == "__main__":
    main()
