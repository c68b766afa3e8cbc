/** Multimodal rotary positions (M-RoPE): one number a token for time, height and width. */
import type { PatchGrid } from './image-processor.ts';

export interface RopePositions {
  /** Row-major [3, tokens]: time, height, width. */
  readonly ids: Int32Array;
  /** What the next token's position exceeds its index by (zero or less): a picture takes fewer positions than tokens. */
  readonly delta: number;
}

/** A run of vision tokens inside the token ids. */
export interface PictureSpan {
  /** Index of its first token. */
  readonly start: number;
  readonly tokens: number;
  readonly grid: PatchGrid;
}

/**
 * Words count up by one in all three; a picture's tokens keep the time they start at and spread their rows and columns
 * from there; what follows goes on after the largest of them.
 *
 * Reference: `Qwen2VLModel.get_rope_index`; Qwen2-VL paper, section 2.1.
 *
 * @param pictures in order of their start
 */
export function ropePositions(
  tokens: number,
  pictures: readonly PictureSpan[],
  mergeSize: number,
): RopePositions {
  const ids = new Int32Array(3 * tokens);
  let next = 0;
  let index = 0;
  const words = (until: number) => {
    for (; index < until; index++, next++) {
      ids[index] = next;
      ids[tokens + index] = next;
      ids[2 * tokens + index] = next;
    }
  };
  for (const { start, grid } of pictures) {
    words(start);
    const [frames, rows, columns] = [grid[0], grid[1] / mergeSize, grid[2] / mergeSize];
    for (let frame = 0; frame < frames; frame++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, index++) {
          ids[index] = next + frame;
          ids[tokens + index] = next + row;
          ids[2 * tokens + index] = next + column;
        }
      }
    }
    next += Math.max(frames, rows, columns);
  }
  words(tokens);
  return { ids, delta: next - tokens };
}
