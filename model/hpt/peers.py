"""Public re-ID networks as files that `chatreid evaluate --peer NAME=FILE.onnx` runs beside the model.

    python model/hpt/peers.py --out peers --intel person-reidentification-retail-0277.xml ... --osnet osnet_x0_25_msmt17.onnx

Of each network: NAME.onnx, pictures [batch, 3, 256, 128] to features [batch, n], and NAME.json beside it, which says how a
picture becomes numbers: x = (pixel * scale - mean) / std, channel by channel in the order named there. Nothing of them
is kept in this repository: Intel's are Apache-2.0 (Open Model Zoo), OSNet's weights were trained on MSMT17.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent / "filter"))

import onnx_files  # noqa: E402
import openvino_ir  # noqa: E402
from image_tower import Backbone  # noqa: E402

HEIGHT, WIDTH = 256, 128
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


class Identity(torch.nn.Module):
    """An IR from its own input (BGR, 0..255) to its identity features, before they are scaled to length 1."""

    def __init__(self, backbone: Backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, pictures):
        """The backbone reads RGB: the channels are turned round as the IR's own preprocessing would."""
        return self.backbone(pictures.flip(1))[0]


def describe(path: Path, **rules) -> None:
    rules = {"width": WIDTH, "height": HEIGHT, "kernel": "linear", **rules}
    path.with_suffix(".json").write_text(json.dumps(rules, indent=2) + "\n")


def check(path: Path, module: torch.nn.Module) -> float:
    """Largest difference between PyTorch's and ONNX Runtime's features of three random pictures, of length 1."""
    import onnxruntime

    pictures = np.random.default_rng(0).uniform(0, 255, (3, 3, HEIGHT, WIDTH)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [given] = session.run(None, {session.get_inputs()[0].name: pictures})
    with torch.no_grad():
        wanted = module(torch.from_numpy(pictures)).numpy()
    unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return float(np.abs(unit(given) - unit(wanted)).max())


def write(backbone: Backbone, path: Path, title: str) -> Path:
    """A backbone that reads BGR from 0 to 255, as an IR does: exported, checked against PyTorch, described."""
    module = Identity(backbone).eval()
    onnx_files.export(module, (torch.zeros(2, 3, HEIGHT, WIDTH),), ["pictures"], ["features"], str(path), [{0: "batch"}])
    difference = check(path, module)
    if not difference < 1e-4:
        raise SystemExit(f"{path}: ONNX differs from PyTorch by {difference:.2e}")
    describe(path, title=title, channels="BGR", scale=1, mean=[0, 0, 0], std=[1, 1, 1])
    return path


def convert_intel(xml: str, out: Path) -> Path:
    name = Path(xml).stem
    number = re.search(r"\d{4}", name)
    return write(Backbone(*openvino_ir.read(xml)), out / f"intel-{number[0] if number else name}.onnx", f"Intel {name}")


def convert_ours(named: str, out: Path) -> Path:
    """NAME=CHECKPOINT of filter/train.py: our own backbone, for instance one that was trained on other cameras only."""
    name, checkpoint = named.split("=", 1)
    saved = torch.load(checkpoint, weights_only=False)
    state = saved["average"]
    weights = {k.removeprefix("weights."): v for k, v in state.items() if k.startswith("weights.")}
    backbone = Backbone(saved["ops"], weights, state["mean"].flatten(), state["scale"].flatten())
    return write(backbone, out / f"{name}.onnx", f"ours, {name}")


def copy_osnet(onnx: str, out: Path) -> Path:
    path = out / "osnet-x0.25.onnx"
    shutil.copyfile(onnx, path)
    describe(path, title="OSNet x0.25 (MSMT17)", channels="RGB", scale=1 / 255, **IMAGENET)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--intel", nargs="*", default=[], help="OpenVINO IR files (.xml with .bin beside it)")
    parser.add_argument("--osnet", help="OSNet's ONNX file")
    parser.add_argument("--ours", nargs="*", default=[], metavar="NAME=CHECKPOINT", help="backbones of filter/train.py")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    made = [convert_intel(xml, arguments.out) for xml in arguments.intel]
    if arguments.osnet:
        made.append(copy_osnet(arguments.osnet, arguments.out))
    made += [convert_ours(named, arguments.out) for named in arguments.ours]
    for path in made:
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
