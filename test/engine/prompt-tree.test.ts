/** Shared beginnings: every prompt is covered exactly once, whatever is shared or known. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PastKeys } from '../../src/engine/past-keys.ts';
import type { EncodedPrompt } from '../../src/engine/prompt-encoder.ts';
import { promptTree, type TreeNode } from '../../src/engine/prompt-tree.ts';

function prompt(
  ids: readonly number[],
  marks: readonly number[] = [],
  pictures: [number, number, string][] = [],
) {
  return {
    version: 't@1',
    ids: Int32Array.from(ids),
    marks,
    positions: { ids: new Int32Array(3 * ids.length), delta: 0 },
    pictures: pictures.map(([start, tokens, pictureId]) => ({
      start,
      tokens,
      pictureId,
      grid: [1, 2, 2 * tokens],
    })),
  } as EncodedPrompt;
}

const keys = (length: number): PastKeys => ({ length, arrays: [] });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** From the node up to where its keys come from. */
function path(node: TreeNode): TreeNode[] {
  const nodes = [];
  for (let here: TreeNode | undefined = node; here; here = here.parent) nodes.unshift(here);
  return nodes;
}

function expectCovers(nodes: readonly TreeNode[], prompts: readonly EncodedPrompt[]): void {
  prompts.forEach((each, index) => {
    const ends = nodes.filter(({ answers }) => answers.includes(index));
    expect(ends).toHaveLength(1);
    let end = 0;
    const ids: number[] = [];
    for (const node of path(ends[0] as TreeNode)) {
      expect(node.start).toBe(end);
      expect(node.end).toBeGreaterThan(node.start);
      ids.push(...node.prompt.ids.subarray(node.start, node.end));
      end = node.end;
    }
    expect(ids).toEqual([...each.ids]);
  });
}

describe('sharing', () => {
  test('a long common beginning is one stretch; a short one is not worth it', () => {
    const head = range(100, 140);
    const long = [prompt([...head, 1, 2]), prompt([...head, 3, 4, 5])];
    const nodes = promptTree(long, [undefined, undefined]);
    expect(nodes.map(({ start, end }) => [start, end])).toEqual([
      [0, 40],
      [40, 42],
      [40, 43],
    ]);
    expectCovers(nodes, long);
    const short = [prompt([7, 8, 1]), prompt([7, 8, 2])];
    expect(promptTree(short, [undefined, undefined]).map(({ start, end }) => [start, end])).toEqual([
      [0, 3],
      [0, 3],
    ]);
  });

  test('a few tokens that very many share are worth it', () => {
    const prompts = range(0, 30).map((i) => prompt([9, 9, 1000 + i]));
    const nodes = promptTree(
      prompts,
      prompts.map(() => undefined),
    );
    expect(nodes.filter(({ inner }) => inner).map(({ start, end }) => [start, end])).toEqual([[0, 2]]);
    expectCovers(nodes, prompts);
  });

  test('the same prompt twice is run once', () => {
    const twice = [prompt([1, 2, 3]), prompt([1, 2, 3])];
    const nodes = promptTree(twice, [undefined, undefined]);
    expect(nodes.map(({ answers }) => answers)).toEqual([[0, 1]]);
  });

  test('different pictures differ although their tokens are the same', () => {
    const tokens = range(0, 40).map(() => 5);
    const one = prompt([...tokens, 1], [], [[0, 40, 'a']]);
    const same = prompt([...tokens, 2], [], [[0, 40, 'a']]);
    const other = prompt([...tokens, 2], [], [[0, 40, 'b']]);
    const nodes = promptTree([one, same, other], [undefined, undefined, undefined]);
    expect(nodes.map(({ start, end }) => [start, end])).toEqual([
      [0, 40],
      [40, 41],
      [40, 41],
      [0, 41],
    ]);
  });

  test('known keys are where running starts', () => {
    const [a, b] = [prompt([1, 2, 3, 4], [2]), prompt([1, 2, 9], [2])];
    const nodes = promptTree([a, b], [keys(2), keys(2)]);
    expect(nodes.map(({ end, keys: known, keep }) => [end, known?.length, keep])).toEqual([
      [2, 2, false],
      [4, undefined, false],
      [3, undefined, false],
    ]);
  });

  test('where nothing can be kept a mark is no reason for a run of its own', () => {
    const marked = prompt([1, 2, 3, 4], [2]);
    const ends = (keeping: boolean) => promptTree([marked], [undefined], keeping).map(({ end }) => end);
    expect(ends(true)).toEqual([2, 4]);
    expect(ends(false)).toEqual([4]);
  });

  test('any prompts, marks and known prefixes are covered exactly', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 60 });
    const stems = fc.array(ids, { minLength: 1, maxLength: 3 });
    const one = fc.tuple(fc.nat(2), ids, fc.array(fc.nat(80), { maxLength: 3 }), fc.nat(80));
    fc.assert(
      fc.property(stems, fc.array(one, { minLength: 1, maxLength: 8 }), (heads, tails) => {
        const prompts = tails.map(([head, tail, marks]) => {
          const all = [...(heads[head % heads.length] as number[]), ...tail];
          const inside = marks.filter((mark) => mark > 0 && mark < all.length).sort((x, y) => x - y);
          return prompt(all, [...new Set(inside)]);
        });
        const known = prompts.map(({ ids: all }, i) => {
          const length = (tails[i] as [number, number[], number[], number])[3];
          return length > 0 && length < all.length ? keys(length) : undefined;
        });
        const nodes = promptTree(prompts, known);
        expectCovers(nodes, prompts);
        prompts.forEach(({ marks }, i) => {
          const leaf = nodes.find(({ answers }) => answers.includes(i)) as TreeNode;
          const places = path(leaf).map(({ end }) => end);
          for (const mark of marks) if (mark > (known[i]?.length ?? 0)) expect(places).toContain(mark);
          if (known[i]) expect(path(leaf).find(({ end }) => end === known[i]?.length)?.keys).toBeDefined();
        });
      }),
      { numRuns: 300 },
    );
  });
});
