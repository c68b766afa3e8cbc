"""A small software rasteriser: z-buffer over triangles, perspective-correct weights.

It is the only inner loop of the demo pictures, so it is compiled with numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def rasterise(points, faces, keep, width, height):
    """Draw triangles into a z-buffer.

    points: (N, 3) float64, x and y in pixels (y downwards), depth > 0 in metres.
    faces: (M, 3) int64 indices. keep: (N,) float64; a pixel whose interpolated value is
    negative is left out (this is how hems are cut). Returns depth (H, W), face index
    (H, W; -1 where empty) and the perspective-correct weights (H, W, 3).
    """
    depth = np.full((height, width), np.inf)
    face_index = np.full((height, width), -1, dtype=np.int64)
    weights = np.zeros((height, width, 3))
    for index in range(faces.shape[0]):
        a, b, c = faces[index, 0], faces[index, 1], faces[index, 2]
        if keep[a] < 0.0 and keep[b] < 0.0 and keep[c] < 0.0:
            continue
        za, zb, zc = points[a, 2], points[b, 2], points[c, 2]
        if za <= 0.05 or zb <= 0.05 or zc <= 0.05:
            continue
        ax, ay = points[a, 0], points[a, 1]
        bx, by = points[b, 0], points[b, 1]
        cx, cy = points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        x_from = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        x_to = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        y_from = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        y_to = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        for row in range(y_from, y_to + 1):
            py = row + 0.5
            for column in range(x_from, x_to + 1):
                px = column + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                ia, ib, ic = wa / za, wb / zb, wc / zc
                z = 1.0 / (ia + ib + ic)
                if z >= depth[row, column]:
                    continue
                ia, ib, ic = ia * z, ib * z, ic * z
                if ia * keep[a] + ib * keep[b] + ic * keep[c] < 0.0:
                    continue
                depth[row, column] = z
                face_index[row, column] = index
                weights[row, column, 0] = ia
                weights[row, column, 1] = ib
                weights[row, column, 2] = ic
    return depth, face_index, weights


def interpolate(values, faces, face_index, weights):
    """Values per vertex (N, K) to values per covered pixel (P, K), in the order of
    ``np.nonzero(face_index >= 0)``."""
    covered = face_index >= 0
    corners = faces[face_index[covered]]
    return np.einsum("pc,pck->pk", weights[covered], values[corners])


def vertex_normals(points, faces):
    """Unit normals per vertex (N, 3), weighted by the area of the faces around it."""
    edges = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    normals = np.zeros_like(points)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(faces[:, corner], weights=edges[:, axis], minlength=len(points))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.maximum(length, 1e-12)
