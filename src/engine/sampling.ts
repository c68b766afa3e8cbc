/** The next token from its logits: the best one, or a seeded draw. */

export interface SamplingOptions {
  /** 0 is greedy. */
  readonly temperature: number;
  /** Nucleus share, 0 < topP <= 1: the fewest tokens whose probabilities reach it stay in play. */
  readonly topP: number;
}

/** The first of the largest, as every reference takes it. */
export function greedy(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
  return best;
}

/** Nucleus sampling (Holtzman et al., 2020). @param random in [0, 1) */
export function sample(
  logits: Float32Array,
  { temperature, topP }: SamplingOptions,
  random: () => number,
): number {
  if (temperature <= 0) return greedy(logits);
  const top = logits[greedy(logits)] as number;
  const weights = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    weights[i] = Math.exp(((logits[i] as number) - top) / temperature);
    sum += weights[i] as number;
  }
  const tokens = topP < 1 ? nucleus(weights, sum * topP) : undefined;
  const inPlay = tokens ? tokens.reduce((total, token) => total + (weights[token] as number), 0) : sum;
  let left = random() * inPlay;
  const count = tokens ? tokens.length : weights.length;
  for (let i = 0; i < count; i++) {
    const token = tokens ? (tokens[i] as number) : i;
    left -= weights[token] as number;
    if (left < 0) return token;
  }
  return tokens ? (tokens.at(-1) as number) : greedy(logits);
}

function nucleus(weights: Float64Array, share: number): number[] {
  // A token this light could not enter the nucleus even if all of its kind did.
  const lightest = share / weights.length / 1e4;
  const order = Array.from(weights.keys())
    .filter((token) => (weights[token] as number) >= lightest)
    .sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
  let sum = 0;
  const end = order.findIndex((token) => {
    sum += weights[token] as number;
    return sum >= share;
  });
  return end < 0 ? order : order.slice(0, end + 1);
}

/** Mulberry32: a small generator whose draws are the same everywhere for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
