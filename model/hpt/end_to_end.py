"""From data to answers on a small scale: `npm run test:hpt`. About five minutes on two cores; nothing is kept.

    python model/hpt/end_to_end.py [--steps 6]

1. the unit tests of model/hpt (skipped with --only-chain)
2. `chatreid tune data` writes the data of all three stages from the demo gallery
3. the trainer runs the three stages on a random Qwen2-VL with a stem; stage 2 is killed with SIGKILL and goes on
4. the export puts the result beside the shipped filter, checked against PyTorch
5. `chatreid ask` searches the demo gallery with it, in full mode
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HPT = Path(__file__).resolve().parent
ROOT = HPT.parents[1]
UNIT = ["test_vision_stem.py", "test_chatreid_tokenizer.py", "test_assemble.py", "training/test_training.py"]
MANIFEST = ROOT / "model" / "demo" / "manifest.csv"


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    shown = " ".join(str(part) for part in command[:6])
    print(f"== {shown} ...", flush=True)
    done = subprocess.run([str(part) for part in command], cwd=ROOT, text=True, capture_output=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}\nfailed ({done.returncode}): {shown}")
    return done


def chatreid(home: Path, *arguments: str, model: Path | None = None) -> str:
    environment = {**os.environ, "CHATREID_HOME": str(home)}
    if model:
        environment["CHATREID_MODEL"] = str(model)
    return run(["npx", "tsx", "src/cli/main.ts", *arguments], env=environment).stdout


def training_manifest(file: Path) -> None:
    """The demo gallery as a training set: every row, and the pictures where they are."""
    with open(MANIFEST, newline="") as rows, open(file, "w", newline="") as out:
        reader = csv.DictReader(rows)
        writer = csv.DictWriter(out, reader.fieldnames)
        writer.writeheader()
        for row in reader:
            writer.writerow({**row, "path": MANIFEST.parent / row["path"], "split": "train"})


def trainer(work: Path, stage: int, model: Path, steps: int) -> list[str]:
    command = [sys.executable, HPT / "training" / "train.py", "--stage", stage, "--model", model, "--data", work / f"data{stage}" / "train.jsonl",
               "--out", work / f"stage{stage}", "--steps", steps, "--tokens", 2500, "--length", 1500, "--threads", 2, "--save", 1, "--warm", 2]
    return [*command, "--fresh-decoder", work / "start"] if stage == 2 else command


def killed(command: list[str], checkpoint: Path) -> None:
    """Start a run and kill it as soon as it has a checkpoint."""
    running = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not checkpoint.exists():
        if running.poll() is not None:
            raise SystemExit(f"the run ended before its first checkpoint: {running.stderr.read().decode()[-2000:]}")
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    print("== killed with SIGKILL after its first checkpoint", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=6, help="training steps of each stage")
    parser.add_argument("--only-chain", action="store_true")
    args = parser.parse_args()
    begun = time.time()
    if not args.only_chain:
        for test in UNIT:
            run([sys.executable, HPT / test])
    with tempfile.TemporaryDirectory(prefix="chatreid-hpt-") as name:
        work = Path(name)
        home = work / "home"
        training_manifest(work / "train.csv")
        for stage, more in ((1, []), (2, ["--count", "120", "--choices", "2-4"]), (3, ["--count", "120", "--choices", "2-4"])):
            chatreid(home, "tune", "data", "--stage", str(stage), "--data", f"manifest:demo={work / 'train.csv'}", "--hard-share", "0",
                     "--out", str(work / f"data{stage}"), *more)
        run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(HPT)!r}); import pathlib, make_tiny; make_tiny.write(pathlib.Path({str(work / 'start')!r}), stem=True)"])
        run(trainer(work, 1, work / "start", args.steps))
        second = trainer(work, 2, work / "stage1" / "model", args.steps)
        killed(second, work / "stage2" / "checkpoint.pt")
        if "going on at step" not in run(second).stdout:
            raise SystemExit("stage 2 did not go on from its checkpoint")
        run(trainer(work, 3, work / "stage2" / "model", args.steps))
        model = work / "model"
        shutil.copytree(ROOT / "model" / "chatreid-tiny", model)
        print(run([sys.executable, HPT / "assemble.py", "--model", work / "stage3" / "model", "--into", model]).stdout.strip())
        chatreid(home, "gallery", "add", "--gallery", "demo", str(MANIFEST), model=model)
        query = next((ROOT / "model" / "demo" / "pictures").glob("*.jpg"))
        answer = json.loads(chatreid(home, "ask", "--gallery", "demo", "--image", str(query), "--mode", "full", "--json", model=model))
        compared = sum(entry["compared"] for entry in answer["ranking"])
        if answer["mode"] != "full" or compared == 0:
            raise SystemExit(f"the language model did not take part: {answer['mode']}, {compared} compared")
        print(f"passed in {time.time() - begun:.0f} s: {compared} of the first {len(answer['ranking'])} were compared by the new model")


if __name__ == "__main__":
    main()
