"""Bodies: the parametric model (anny, MakeHuman base mesh), walking poses and hand-made skinning."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

# Vertex ranges of the MakeHuman base mesh (hm08): the body and the garment helpers that
# follow its shape.
PARTS = {
    "body": (0, 13380),
    "eyes": (14598, 14742),
    "tights": (15328, 18002),
    "skirt": (18002, 18722),
    "hair": (18722, 19150),
}
ARM_BONES = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")


@dataclass(frozen=True)
class Mesh:
    """Vertices picked from the base mesh (indices into its 19158) and triangles among them."""

    vertices: np.ndarray
    faces: np.ndarray


@dataclass
class Posed:
    """A posed body. points: (19158, 3) metres, z up, the person faces -y, feet at z = 0.
    bones: name to (rotation 3x3, head before, head after)."""

    points: np.ndarray
    bones: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    height: float

    def attach(self, bone: str, rest_points: np.ndarray) -> np.ndarray:
        """Move points given in the rest pose rigidly with a bone."""
        rotation, before, after = self.bones[bone]
        return (rest_points - before) @ rotation.T + after


def _triangles(quads: np.ndarray) -> np.ndarray:
    if quads.shape[1] == 3:
        return quads
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


# Across the knuckles of the left hand in the rest pose, from the first finger to the little one.
KNUCKLES = np.array([0.385, 0.822, -0.419])


def rotation(axis, degrees: float) -> np.ndarray:
    """Rotation matrix (3, 3), right-handed, about a world axis ("x", "y", "z") or a unit vector."""
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    if not isinstance(axis, str):
        x, y, z = axis
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        return np.eye(3) + s * cross + (1 - c) * cross @ cross
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    if axis == "y":
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


class BodyModel:
    """Body shapes and poses in plain numpy; torch is only used to evaluate the shape."""

    def __init__(self) -> None:
        import anny
        import torch
        from anny.utils.obj_utils import load_obj_file

        torch.set_num_threads(1)
        self._torch = torch
        self._model = anny.Anny(
            topology="anny-full", phenotypes="all", phenotype_blendshapes="original", skinning_method="lbs"
        ).float()
        self._names = list(self._model.bone_labels)
        self._parents = [int(p) for p in self._model.bone_parents]
        self._weights = self._model.vertex_bone_weights.numpy().astype(float)
        self._indices = self._model.vertex_bone_indices.numpy()
        base = os.path.join(os.path.dirname(anny.__file__), "data/mpfb2/3dobjs/base.obj")
        _, _, groups = load_obj_file(base, dtype=torch.float32)
        self.meshes = {
            part: self._part(first, last, self._part_faces(part, groups)) for part, (first, last) in PARTS.items()
        }
        self.canonical, self.arm = self._canonical()

    def _part_faces(self, part, groups) -> np.ndarray:
        if part == "body":
            faces = self._model.faces.numpy()
            return faces[(faces < PARTS["body"][1]).all(1)]
        if part == "eyes":
            both = [groups[f"helper-{side}-eye"]["face_vertex_indices"] for side in "lr"]
            return np.concatenate([_triangles(np.asarray(f)) for f in both])
        return _triangles(np.asarray(groups[f"helper-{part}"]["face_vertex_indices"]))

    @staticmethod
    def _part(first: int, last: int, faces: np.ndarray) -> Mesh:
        return Mesh(np.arange(first, last), (faces - first).astype(np.int64))

    def rest(self, phenotype: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (19158, 3) and bone heads (B, 3) of a body in the rest pose (metres).
        phenotype: values in [0, 1] for anny's labels; those left out are 0.5."""
        torch = self._torch
        values = {label: 0.5 for label in self._model.phenotype_labels} | phenotype
        identity = torch.eye(4)[None, None].repeat(1, self._model.bone_count, 1, 1)
        with torch.no_grad():
            out = self._model(pose_parameters=identity, phenotype_kwargs=values)
        points = out["rest_vertices"][0].numpy().astype(float)
        return points, out["rest_bone_heads"][0].numpy().astype(float)

    def _canonical(self) -> tuple[np.ndarray, np.ndarray]:
        """Rest coordinates of one fixed adult (19158, 3), the garment coordinates of every
        body, and how far down the arm a vertex is: 0 shoulder, 1 elbow, 2 wrist, -1 not an arm."""
        raw, heads = self.rest({"age": 0.67})
        points = raw - np.array([0, 0, raw[: PARTS["body"][1], 2].min()])
        arm_bones = [i for i, n in enumerate(self._names) if n.startswith(ARM_BONES)]
        in_arm = (self._weights * np.isin(self._indices, arm_bones)).sum(1) > 0.5
        arm = np.full(len(points), -1.0)
        for side in "LR":
            shoulder, elbow, wrist = (
                heads[self._names.index(f"{bone}.{side}")] for bone in ("upperarm01", "lowerarm01", "wrist")
            )
            mine = in_arm & (np.sign(raw[:, 0]) == (1 if side == "L" else -1))
            upper, lower = elbow - shoulder, wrist - elbow
            along_upper = (raw[mine] - shoulder) @ upper / (upper @ upper)
            along_lower = (raw[mine] - elbow) @ lower / (lower @ lower)
            arm[mine] = np.where(along_lower > 0, 1 + along_lower, np.minimum(along_upper, 1.0))
        return points, arm

    def pose(self, points, heads, turns: dict[str, np.ndarray]) -> Posed:
        """Skin a rest body. turns: bone name to a rotation (3, 3) about world axes, applied in
        the frame of the parent bone."""
        rotations, places = [], []
        for bone, name in enumerate(self._names):
            parent = self._parents[bone]
            turn = turns.get(name, np.eye(3))
            if parent < 0:
                rotations.append(turn)
                places.append(heads[bone])
                continue
            rotations.append(rotations[parent] @ turn)
            places.append(places[parent] + rotations[parent] @ (heads[bone] - heads[parent]))
        turned, placed = np.stack(rotations), np.stack(places)
        shift = placed - np.einsum("bij,bj->bi", turned, heads)
        mixed = np.einsum("vk,vkij->vij", self._weights, turned[self._indices])
        moved = np.einsum("vk,vki->vi", self._weights, shift[self._indices])
        posed = np.einsum("vij,vj->vi", mixed, points) + moved
        floor = posed[: PARTS["body"][1], 2].min()
        posed[:, 2] -= floor
        lift = np.array([0, 0, floor])
        bones = {name: (turned[i], heads[i], placed[i] - lift) for i, name in enumerate(self._names)}
        rest_body = points[: PARTS["body"][1], 2]
        return Posed(posed, bones, float(rest_body.max() - rest_body.min()))


def walking(phase: float, stride: float, arms: float, rng: np.random.Generator, hold: str = ""):
    """Rotations for one moment of a walk. phase: radians; stride: 0 standing to 1 brisk;
    arms: swing 0 to 1; hold: "left" or "right" keeps that arm down (it carries something),
    "phone" lifts the right forearm, "pockets" bends both elbows."""
    turns: dict[str, np.ndarray] = {}
    lean = rng.normal(0, 1.5)
    sway = rng.normal(0, 2.0) if stride < 0.2 else 0.0
    turns["root"] = rotation("x", 2.0 * stride + lean * 0.3) @ rotation("y", sway * 0.4)
    for side, sign in (("L", 1.0), ("R", -1.0)):
        swing = np.sin(phase) * sign
        speed = np.cos(phase) * sign
        hip = stride * (-23.0 * swing - 3.0 - 9.0 * max(0.0, speed)) + rng.normal(0, 1.0)
        knee = 4.0 + stride * (46.0 * max(0.0, speed - 0.1) ** 1.2 + 7.0 * max(0.0, swing))
        ankle = -(hip + knee) * 0.55 + (14.0 * stride if swing < -0.6 else 0.0)
        inward = rotation("y", sign * (4.0 + rng.normal(0, 0.6)))
        turns[f"upperleg01.{side}"] = rotation("x", hip) @ inward
        turns[f"lowerleg01.{side}"] = rotation("x", knee)
        turns[f"foot.{side}"] = rotation("x", ankle) @ rotation("z", -sign * 4.0)
        carried = hold == {"L": "left", "R": "right"}[side]
        reach = 26.0 * arms * stride * swing * (0.25 if carried else 1.0)
        down = rotation("y", sign * (33.0 + rng.normal(0, 2.0)))
        bend = 2.0 + 6.0 * arms * stride + 0.5 * max(-reach, 0.0) + rng.uniform(0, 9)
        if hold == "pockets":
            down, reach, bend = rotation("y", sign * 28.0), reach * 0.2 + 6.0, 30.0
        if hold == "phone" and side == "R":
            reach, bend = -20.0, 88.0
        if carried:
            bend = 4.0
        turns[f"upperarm01.{side}"] = rotation("x", reach + 3.0) @ down
        # The rest pose already bends the elbow forward by about forty degrees.
        turns[f"lowerarm01.{side}"] = rotation("x", 26.0 - bend)
        curl = 42.0 if carried or hold == "pockets" else rng.uniform(12, 26)
        knuckles = KNUCKLES * np.array([sign, 1, 1])
        for finger in "2345":
            for joint in "123":
                turns[f"finger{finger}-{joint}.{side}"] = rotation(knuckles, sign * curl)
    twist = 7.0 * stride * np.sin(phase)
    turns["spine05"] = rotation("z", twist) @ rotation("x", lean)
    turns["spine02"] = rotation("z", -twist * 1.6)
    turns["neck01"] = rotation("z", twist * 0.4 + rng.normal(0, 5)) @ rotation("x", rng.uniform(-2, 9))
    turns["head"] = rotation("z", rng.normal(0, 6)) @ rotation("x", 26.0 if hold == "phone" else 2.0)
    return turns
