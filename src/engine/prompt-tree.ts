/** Prompts of one call as a tree of shared beginnings: a stretch of tokens is run once, however many prompts begin with it. */
import type { PastKeys } from './past-keys.ts';
import type { EncodedPrompt } from './prompt-encoder.ts';

export interface TreeNode {
  /** The stretch `[start, end)` of `prompt`, and of every prompt below. */
  readonly start: number;
  readonly end: number;
  readonly prompt: EncodedPrompt;
  /** Absent where the stretch starts with the prompt. */
  readonly parent: TreeNode | undefined;
  /** Whether other nodes go on from here. */
  readonly inner: boolean;
  /** Whether a prompt marks this place as worth keeping. */
  readonly keep: boolean;
  /** Numbers of the prompts that end here. */
  readonly answers: readonly number[];
  /** Keys of everything up to `end`, once they are known. */
  keys: PastKeys | undefined;
}

/**
 * Fewer tokens than this, over all that share them, are not worth a run of their own: they are run again with each
 * prompt that begins with them.
 */
const worthSharing = 24;

/**
 * @param known the longest prefix of each prompt whose keys are at hand
 * @param keeping whether marks count: a run that ends at one is in vain where nothing can be kept
 * @returns every stretch to run or to start from, parents before children; each prompt ends at exactly one node
 */
export function promptTree(
  prompts: readonly EncodedPrompt[],
  known: readonly (PastKeys | undefined)[],
  keeping = true,
): TreeNode[] {
  const growing = new GrowingTree(prompts);
  prompts.forEach((prompt, index) => {
    const past = known[index];
    if (past) growing.at(index, past.length).keys ??= past;
    for (const mark of keeping ? prompt.marks : []) {
      if (mark > (past?.length ?? 0)) growing.at(index, mark).keep = true;
    }
  });
  prompts.forEach((prompt, index) => {
    growing.at(index, prompt.ids.length).answers.push(index);
  });
  return growing.finish();
}

interface GrowingNode {
  start: number;
  readonly end: number;
  /** Number of a prompt that runs through here. */
  readonly index: number;
  /** By the first token behind the node. */
  readonly children: Map<number, GrowingNode>;
  keep: boolean;
  readonly answers: number[];
  keys: PastKeys | undefined;
}

class GrowingTree {
  readonly #prompts: readonly EncodedPrompt[];
  readonly #tokens: readonly Int32Array[];
  readonly #root = newNode(0, 0, 0);

  constructor(prompts: readonly EncodedPrompt[]) {
    const pictures = new Map<string, number>();
    this.#prompts = prompts;
    this.#tokens = prompts.map((prompt) => distinctTokens(prompt, pictures));
  }

  /** The node of the prompt at exactly this length, made where there is none. */
  at(index: number, length: number): GrowingNode {
    const tokens = this.#tokens[index] as Int32Array;
    let here = this.#root;
    while (here.end < length) {
      const first = tokens[here.end] as number;
      const child = here.children.get(first);
      if (child === undefined) {
        const leaf = newNode(here.end, length, index);
        here.children.set(first, leaf);
        return leaf;
      }
      const other = this.#tokens[child.index] as Int32Array;
      const limit = Math.min(child.end, length);
      let same = child.start + 1;
      while (same < limit && tokens[same] === other[same]) same++;
      if (same === child.end) here = child;
      else {
        const middle = newNode(here.end, same, child.index);
        here.children.set(first, middle);
        middle.children.set(other[same] as number, child);
        child.start = same;
        here = middle;
      }
    }
    return here;
  }

  finish(): TreeNode[] {
    const nodes: TreeNode[] = [];
    const visit = (growing: GrowingNode, start: number, parent: TreeNode | undefined) => {
      const { end, index, children, keep, answers, keys } = growing;
      const saved = (children.size - 1) * (end - start);
      const stays = keep || keys !== undefined || answers.length > 0 || saved >= worthSharing;
      if (!stays) {
        for (const child of children.values()) visit(child, start, parent);
        return;
      }
      const prompt = this.#prompts[index] as EncodedPrompt;
      const node = { start, end, prompt, parent, inner: children.size > 0, keep, answers, keys };
      nodes.push(node);
      for (const child of children.values()) visit(child, end, node);
    };
    for (const child of this.#root.children.values()) visit(child, 0, undefined);
    return nodes;
  }
}

function newNode(start: number, end: number, index: number): GrowingNode {
  return { start, end, index, children: new Map(), keep: false, answers: [], keys: undefined };
}

/** Token ids in which the tokens of different pictures differ: words are zero or more, pictures less than zero. */
function distinctTokens(prompt: EncodedPrompt, pictures: Map<string, number>): Int32Array {
  const tokens = prompt.ids.slice();
  for (const { start, tokens: count, pictureId } of prompt.pictures) {
    const number = pictures.get(pictureId) ?? pictures.size + 1;
    pictures.set(pictureId, number);
    tokens.fill(-number, start, start + count);
  }
  return tokens;
}
