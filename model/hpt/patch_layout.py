"""Where each patch of a call lies, worked out from grid_thw [pictures, 3] (frames, patch rows, patch columns).

Tensor operations only, so what is built on it holds in a graph for any number of pictures of any sizes. Patches come
picture by picture, frame by frame, and within a frame in blocks of merge x merge (those that become one token lie together).
"""

import torch


def place(grid_thw: torch.Tensor, patches: torch.Tensor, merge: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Row, column and attention segment of each patch index in `patches` [patches], each int64 [patches].

    A segment is one frame, named by the index of its first patch.
    """
    rows, columns = grid_thw[:, 1], grid_thw[:, 2]
    ends = torch.cumsum(grid_thw[:, 0] * rows * columns, dim=0)
    picture = (patches[:, None] >= ends[None, :]).to(torch.int64).sum(dim=1)
    starts = ends - grid_thw[:, 0] * rows * columns
    frame_size, width = (rows * columns)[picture], columns[picture] // merge
    local = patches - starts[picture]
    within_frame = local % frame_size
    segment = patches - within_frame
    block, corner = within_frame // merge**2, within_frame % merge**2
    row = (block // width) * merge + corner // merge
    column = (block % width) * merge + corner % merge
    return row, column, segment


def frames(grid_thw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """First patch, patch rows and patch columns of each frame of each picture, each int64 [frames]."""
    count, rows, columns = grid_thw[:, 0], grid_thw[:, 1], grid_thw[:, 2]
    ends, size = torch.cumsum(count, dim=0), rows * columns
    index = torch.arange(ends[-1], dtype=torch.int64, device=grid_thw.device)
    picture = (index[:, None] >= ends[None, :]).to(torch.int64).sum(dim=1)
    starts = torch.cumsum(count * size, dim=0) - count * size
    first = starts[picture] + (index - (ends - count)[picture]) * size[picture]
    return first, rows[picture], columns[picture]


def resampling(lengths: torch.Tensor, count, longest: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Matrices that resample an axis of `lengths` samples to `count` linearly: [..., places, longest], of which each row
    weighs two neighbours.

    Half-pixel centres and clamped edges, as F.interpolate(mode="linear", align_corners=False). `lengths`, `count` and
    `places` [..., places] broadcast.
    """
    at = torch.minimum(((places.float() + 0.5) * lengths / count - 0.5).clamp(min=0), torch.as_tensor(lengths) - 1.0)
    samples = torch.arange(longest, dtype=torch.float32, device=places.device)
    return (1 - (at[..., None] - samples).abs()).clamp(min=0)
