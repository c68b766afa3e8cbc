/** Runs prompts through the decoder so that nothing they share, with each other or with earlier calls, is computed twice. */
import { type BatchLimits, batches } from './batches.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Decoder, FeaturesOf } from './decoder.ts';
import type { KeyCache } from './key-cache.ts';
import type { PastKeys } from './past-keys.ts';
import type { EncodedPrompt } from './prompt-encoder.ts';
import { promptTree, type TreeNode } from './prompt-tree.ts';

export class PrefixRunner {
  /** Tokens that went through the decoder, padding not counted. */
  tokens = 0;

  constructor(
    readonly decoder: Decoder,
    readonly cache: KeyCache,
    readonly limits: BatchLimits,
  ) {}

  /**
   * The logits after each prompt. Kept prefixes first, level by level, each level in batches; then everything that
   * remains, in batches.
   *
   * @param known the longest kept prefix of each prompt, from {@link KeyCache.longest}
   */
  async logits(
    prompts: readonly EncodedPrompt[],
    known: readonly (PastKeys | undefined)[],
    featuresOf: FeaturesOf,
    checkpoint: Checkpoint,
  ): Promise<Float32Array[]> {
    const nodes = promptTree(prompts, known, this.cache.keeps);
    const logits: Float32Array[] = new Array(prompts.length);
    const place = (node: TreeNode, row: Float32Array) => {
      for (const index of node.answers) logits[index] = row;
    };
    await this.#computeKeys(nodes, featuresOf, checkpoint, place);
    const leaves = nodes.filter(({ answers }) => answers.some((index) => logits[index] === undefined));
    for (const batch of batches(leaves, this.limits)) {
      await checkpoint();
      const result = await this.decoder.run(batch.map(rowOf), featuresOf, { logits: true });
      this.#count(batch);
      batch.forEach((node, row) => {
        place(node, result.logits?.[row] as Float32Array);
      });
    }
    return logits;
  }

  /** The logits after one prompt and the keys of all of it: where free generation starts. */
  async prefill(
    prompt: EncodedPrompt,
    known: PastKeys | undefined,
    featuresOf: FeaturesOf,
    checkpoint: Checkpoint,
  ): Promise<{ logits: Float32Array; keys: PastKeys }> {
    const nodes = promptTree([prompt], [known], this.cache.keeps);
    await this.#computeKeys(nodes, featuresOf, checkpoint, () => undefined);
    const leaf = nodes.find(({ answers }) => answers.length > 0) as TreeNode;
    await checkpoint();
    const { logits, keys } = await this.decoder.run([rowOf(leaf)], featuresOf, { logits: true, keys: true });
    this.#count([leaf]);
    return { logits: logits?.[0] as Float32Array, keys: keys?.[0] as PastKeys };
  }

  /** Fills in the keys of all inner nodes that something is computed from. */
  async #computeKeys(
    nodes: readonly TreeNode[],
    featuresOf: FeaturesOf,
    checkpoint: Checkpoint,
    place: (node: TreeNode, logits: Float32Array) => void,
  ): Promise<void> {
    let waiting = neededInner(nodes);
    while (waiting.length > 0) {
      const ready = waiting.filter(({ parent }) => parent === undefined || parent.keys !== undefined);
      waiting = waiting.filter((node) => !ready.includes(node));
      // What another call computes is waited for last, when all that others may wait for is done.
      const elsewhere: [TreeNode, Promise<PastKeys | undefined>][] = [];
      const mine: [TreeNode, ((keys?: PastKeys) => void) | undefined][] = [];
      for (const node of ready) {
        const computing = node.keep ? this.cache.computing(node.prompt, node.end) : undefined;
        if (computing && node.answers.length === 0) elsewhere.push([node, computing]);
        else mine.push([node, node.keep ? this.cache.announce(node.prompt, node.end) : undefined]);
      }
      await this.#computeMine(new Map(mine), featuresOf, checkpoint, place);
      for (const [node, computing] of elsewhere) {
        node.keys = await computing;
        if (node.keys === undefined) waiting.push(node);
      }
    }
  }

  async #computeMine(
    mine: ReadonlyMap<TreeNode, ((keys?: PastKeys) => void) | undefined>,
    featuresOf: FeaturesOf,
    checkpoint: Checkpoint,
    place: (node: TreeNode, logits: Float32Array) => void,
  ): Promise<void> {
    try {
      for (const batch of batches([...mine.keys()], this.limits)) {
        await checkpoint();
        const answering = batch.some(({ answers }) => answers.length > 0);
        const result = await this.decoder.run(batch.map(rowOf), featuresOf, {
          logits: answering,
          keys: true,
        });
        this.#count(batch);
        batch.forEach((node, row) => {
          node.keys = result.keys?.[row] as PastKeys;
          mine.get(node)?.(node.keys);
          if (answering) place(node, result.logits?.[row] as Float32Array);
        });
      }
    } finally {
      for (const [node, settle] of mine) if (node.keys === undefined) settle?.();
    }
  }

  #count(batch: readonly TreeNode[]): void {
    for (const { start, end } of batch) this.tokens += end - start;
  }
}

/** Inner nodes without keys that are a past of a leaf, parents first. */
function neededInner(nodes: readonly TreeNode[]): TreeNode[] {
  const needed = new Set<TreeNode>();
  for (const node of nodes) {
    if (node.answers.length === 0) continue;
    let here = node.inner && node.keys === undefined ? node : node.parent;
    for (; here && here.keys === undefined; here = here.parent) needed.add(here);
  }
  return nodes.filter((node) => needed.has(node));
}

function rowOf({ prompt, start, end, parent }: TreeNode) {
  return { prompt, start, end, past: parent?.keys };
}
