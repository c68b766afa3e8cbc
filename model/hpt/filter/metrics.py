"""Re-identification metrics: cumulative matching and mean average precision, single gallery shot.

Agrees with torchreid `metrics/rank.py` (market1501): gallery pictures of the query's identity AND camera are removed,
distractors stay, queries without a positive are skipped.
"""

import numpy as np


def evaluate(similarity: np.ndarray, query_ids, query_cams, gallery_ids, gallery_cams) -> dict[str, float]:
    """Scores of a similarity matrix [queries, gallery]. Pass cameras None to remove nothing (text queries)."""
    query_ids, gallery_ids = np.asarray(query_ids), np.asarray(gallery_ids)
    precisions, first_hits = [], []
    for row in range(len(similarity)):
        match = gallery_ids == query_ids[row]
        if query_cams is None:
            keep = np.ones(len(match), bool)
        else:
            keep = ~(match & (np.asarray(gallery_cams) == query_cams[row]))
        score, hit = similarity[row][keep], match[keep]
        if not hit.any():
            continue
        order = np.argsort(-score, kind="stable")
        ranks = np.flatnonzero(hit[order])
        precisions.append(np.mean((np.arange(len(ranks)) + 1) / (ranks + 1)))
        first_hits.append(ranks[0])
    first_hits = np.asarray(first_hits)
    result = {f"rank{k}": float(100 * np.mean(first_hits < k)) for k in (1, 5, 10)}
    return {"mAP": float(100 * np.mean(precisions)), **result, "queries": len(first_hits)}
