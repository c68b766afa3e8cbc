"""Loss curves of a run as a picture."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend must be chosen first: servers have no display)


def draw(log: Path, picture: Path) -> None:
    """The loss as a whole and by task over the steps, and what validation said."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
    steps = [line for line in lines if "loss" in line]
    checks = [line for line in lines if "validation" in line]
    if not steps:
        return
    figure, axes = plt.subplots(1, 2 if checks else 1, figsize=(12 if checks else 7, 4.2), squeeze=False)
    left = axes[0][0]
    left.plot([line["step"] for line in steps], [line["loss"] for line in steps], color="black", linewidth=1.6, label="all")
    for task in sorted({name for line in steps for name in line["tasks"]}):
        mine = [line for line in steps if task in line["tasks"]]
        left.plot([line["step"] for line in mine], [line["tasks"][task] for line in mine], linewidth=0.9, label=task)
    left.set_xlabel("step")
    left.set_ylabel("loss a token")
    left.set_ylim(bottom=0)
    left.legend(fontsize=7)
    if checks:
        right = axes[0][1]
        for name in sorted({key for line in checks for key in line["validation"]}):
            mine = [line for line in checks if name in line["validation"]]
            right.plot([line["step"] for line in mine], [line["validation"][name] for line in mine], marker=".", label=name)
        right.set_xlabel("step")
        right.set_title("held-out people", fontsize=9)
        right.legend(fontsize=7)
    figure.tight_layout()
    part = picture.with_suffix(".part.png")
    figure.savefig(part, dpi=110)
    plt.close(figure)
    part.replace(picture)
