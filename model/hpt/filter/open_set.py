"""Is the person in the gallery at all? Weights and thresholds, from simulated searches for held-out people.

A search is a held-out query and a gallery drawn for it: pictures of other held-out people, filled up with training pictures
of the query's own data set, 4 to all there are, once without any picture of the person and once with one, a few or all of
them. Training pictures serve as strangers only. They may: to a held-out query they are as alike as other held-out people
are (99.9th percentile of similarity, held-out against training: Market 0.504 and 0.509, CUHK03 0.559 and 0.539).

The same features are computed by the product in src/retrieval/presence.ts; change both or neither.
"""

import numpy as np

RANKS, COHORT = 100, 30
NEAR, FAR, GAP = (5, 20), (20, 100), (-5.0, 20.0)
RATES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0001)
SIZES = {"narrow": (4, 12, 30), "wide": (40, 150, 600, 2500, 8000)}
MISS, LEAST_ODDS = 0.1, np.log(0.5)  # share of present people called absent at most, and never when odds are above 1 : 2
COUNTED = 0.05  # share of the searches for absent people up to which thresholds are counted, not continued


def features(top: np.ndarray, size: np.ndarray, ratio: dict) -> dict[str, np.ndarray]:
    """top [searches, RANKS]: falling similarities, NaN behind the last candidate; size [searches]: pictures searched."""
    log_size = np.log(size)
    value = np.where(np.isnan(top), -np.inf, np.interp(top, ratio["score"], ratio["value"]))
    highest = value.max(1)
    evidence = highest + np.log(np.exp(value - highest[:, None]).sum(1)) - log_size

    def mean(first, end):
        part = top[:, first:end]
        count = (~np.isnan(part)).sum(1)
        return np.where(count > 0, np.nansum(part, 1) / np.maximum(count, 1), 0)

    y = top[:, FAR[0] : FAR[1]]
    seen = ~np.isnan(y)
    x = log_size[:, None] - np.log(np.arange(*FAR) + 0.5)[None]
    count = np.maximum(seen.sum(1), 1)
    x0, y0 = (seen * x).sum(1) / count, np.nansum(y, 1) / count
    dx = np.where(seen, x - x0[:, None], 0)
    slope = (dx * np.where(seen, y - y0[:, None], 0)).sum(1) / np.maximum((dx**2).sum(1), 1e-12)
    gap = (top[:, 0] - y0 + slope * x0 - slope * log_size) / np.maximum(slope, 0.005)
    gap = np.where(seen.sum(1) < 2, 0, np.clip(gap, *GAP))
    return {"bias": np.ones(len(top)), "evidence": evidence, "size": log_size, "near": mean(*NEAR), "far": mean(*FAR), "gap": gap}


NAMES = {"narrow": ("bias", "evidence", "size"), "wide": ("bias", "evidence", "size", "near", "far", "gap")}


class Searches:
    """Simulated searches: their best similarities, sizes, and what is true of them."""

    def __init__(self):
        self.top, self.size, self.present, self.first_right, self.set, self.person = [], [], [], [], [], []

    def add(self, similarity: np.ndarray, right: np.ndarray, part: int, person: str) -> None:
        best = np.argpartition(-similarity, min(RANKS, len(similarity)) - 1)[:RANKS]
        best = best[np.argsort(-similarity[best], kind="stable")]
        self.top.append(np.pad(similarity[best], (0, RANKS - len(best)), constant_values=np.nan))
        self.size.append(len(similarity)), self.present.append(bool(right.any())), self.first_right.append(bool(right[best[0]]))
        self.set.append(part), self.person.append(person)

    def arrays(self) -> "Searches":
        for name in ("top", "size", "present", "first_right", "set", "person"):
            setattr(self, name, np.array(getattr(self, name)))
        self.size = self.size.astype(float)
        return self


def simulate(parts: list[tuple], sizes: tuple[int, int], rounds: int, rng: np.random.Generator) -> Searches:
    """parts: per data set (queries, query ids, kinds [queries, gallery], gallery, gallery ids, strangers); see `pair_kinds`."""
    found = Searches()
    for number, (queries, ids, kinds, gallery, strangers) in enumerate(parts):
        near, far = queries @ gallery.T, queries @ strangers.T
        limit = min(sizes[1], int(np.median((kinds == 0).sum(1))) + len(strangers))
        for row in range(len(queries)):
            right, wrong = np.flatnonzero(kinds[row] == 1), np.flatnonzero(kinds[row] == 0)
            for _ in range(rounds):
                size = int(np.exp(rng.uniform(np.log(sizes[0]), np.log(limit))))
                own = min(len(wrong), max(1, int(size * rng.choice([0.1, 0.4, 1.0]))), size)
                own = max(own, size - far.shape[1])
                drawn = np.concatenate([near[row, rng.choice(wrong, own, replace=False)],
                                        far[row, rng.integers(far.shape[1]) - np.arange(size - own)]])
                found.add(drawn, np.zeros(size, bool), number, ids[row])
                if len(right):
                    copies = (1, min(3, len(right)), len(right))[rng.integers(3)]
                    mine = near[row, rng.choice(right, copies, replace=False)]
                    found.add(np.concatenate([mine, drawn]), np.arange(size + copies) < copies, number, ids[row])
    return found.arrays()


def balance(searches: Searches) -> np.ndarray:
    """Every data set, and here and not here, count the same; sums to 1."""
    weight = np.zeros(len(searches.size))
    groups = [(searches.set == s) & (searches.present == p) for s in np.unique(searches.set) for p in (False, True)]
    for group in groups:
        weight[group] = 1 / group.sum() / len(groups)
    return weight


def logistic(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float = 1e-3) -> np.ndarray:
    """Weights of a logistic regression; the first column is the constant and is not held small."""
    middle, spread = x.mean(0), x.std(0)
    middle[0], spread[0] = 0, 1
    z, b = (x - middle) / spread, np.zeros(x.shape[1])
    penalty = ridge * np.diag([0.0] + [1.0] * (x.shape[1] - 1))
    for _ in range(40):
        p = 1 / (1 + np.exp(-z @ b))
        b -= np.linalg.solve((z * (weight * p * (1 - p))[:, None]).T @ z + penalty, z.T @ (weight * (p - y)) + penalty @ b)
    b /= spread
    b[0] -= b[1:] @ middle[1:]
    return b


def quantile(values: np.ndarray, weights: np.ndarray, share) -> np.ndarray:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return np.interp(share, (total - weights[order] / 2) / total[-1], values[order])


def thresholds(odds: np.ndarray, weights: np.ndarray) -> list[float]:
    """Log-odds exceeded at each of RATES; behind COUNTED the tail goes on as an exponential with its mean excess."""
    start = float(quantile(odds, weights, 1 - COUNTED))
    beyond = odds > start
    excess = np.average(odds[beyond] - start, weights=weights[beyond])
    counted = [float(quantile(odds, weights, 1 - rate)) for rate in RATES if rate > COUNTED]
    return counted + [start + excess * np.log(COUNTED / rate) for rate in RATES if rate <= COUNTED]


def side(name: str, searches: Searches, ratio: dict) -> tuple[dict, np.ndarray]:
    """The record of one side, and the log-odds that it gives to its own searches."""
    seen = features(searches.top, searches.size, ratio)
    x = np.stack([seen[n] for n in NAMES[name]], 1)
    weight = balance(searches)
    fitted = logistic(x, searches.present.astype(float), weight)
    odds = x @ fitted
    rows = []
    for size in SIZES[name]:
        # Searches of about this size; at the ends half the window is empty, and no threshold falls as galleries grow.
        close = np.exp(-0.5 * ((np.log(searches.size) - np.log(size)) / 0.5) ** 2)
        per_set = []
        for part in np.unique(searches.set):
            mine = ~searches.present & (searches.set == part) & (close > 0.1)
            per_set.append(thresholds(odds[mine], close[mine]) if close[mine].sum() > 60 else None)
        # Each data set is somebody's cameras: the promise must hold on the worse of them.
        row = np.max([one for one in per_set if one is not None], axis=0)
        rows.append(np.maximum(row, rows[-1]) if rows else row)
    here, here_weight = odds[searches.present], weight[searches.present]
    below = min(LEAST_ODDS, float(quantile(here, here_weight, MISS)))
    missed = float(here_weight[here < below].sum() / here_weight.sum())
    rounded = lambda xs: [round(float(v), 4) for v in xs]
    return {
        "weights": dict(zip(NAMES[name], rounded(fitted))),
        "found": {"size": list(SIZES[name]), "rate": list(RATES), "threshold": [rounded(row) for row in rows]},
        "absent": {"missRate": round(missed, 3), "below": round(below, 4)},
    }, odds


def presence(parts: list[tuple], ratio: dict, rounds: int = 4) -> dict:
    """The record `presence` of one query kind in chatreid.json."""
    rng = np.random.default_rng(23)
    record = {"cohort": COHORT}
    for name, sizes in (("narrow", (3, 40)), ("wide", (COHORT, 20000))):
        searches = simulate(parts, sizes, rounds, rng)
        record[name], odds = side(name, searches, ratio)
        report(name, searches, odds, record[name])
    return record


def report(name: str, searches: Searches, odds: np.ndarray, record: dict) -> None:
    weight = balance(searches)
    signed = np.where(searches.present, odds, -odds)
    print(f"  {name}: {len(odds)} searches, log loss {np.average(np.log1p(np.exp(-signed)), weights=weight):.4f} "
          f"(0.6931 knows nothing), weights {record['weights']}, not here below {record['absent']['below']}", flush=True)
    for part in np.unique(searches.set):
        mine = searches.set == part
        absent, here = mine & ~searches.present, mine & searches.present
        row = record["found"]["threshold"]
        line = []
        for at, rate in enumerate(RATES):
            limit = np.interp(np.log(searches.size), np.log(record["found"]["size"]), [r[at] for r in row])
            line.append(f"{rate:g}: false {100 * np.mean(odds[absent] > limit[absent]):.2f} found {100 * np.mean((odds > limit)[here] & searches.first_right[here]):.1f}")
        print(f"    set {part}: {'; '.join(line[1:6])}; not here: absent {100 * np.mean(odds[absent] < record['absent']['below']):.1f} "
              f"present {100 * np.mean(odds[here] < record['absent']['below']):.1f} %", flush=True)
