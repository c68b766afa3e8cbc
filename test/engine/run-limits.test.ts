/** Runs of the public models' sizes. */
import { expect, test } from 'vitest';
import type { LanguageModelConfig } from '../../src/engine/model-config.ts';
import { runLimits } from '../../src/engine/run-limits.ts';

const sized = (layers: number, hidden: number) => ({ layers, hidden }) as LanguageModelConfig;

test('small models run long, large ones short enough to cancel, a gpu takes more', () => {
  const tokens = (layers: number, hidden: number, device: 'cpu' | 'cuda') =>
    runLimits(sized(layers, hidden), device).tokens;
  expect(tokens(2, 64, 'cpu')).toBe(1024);
  expect(tokens(28, 1536, 'cpu')).toBeGreaterThan(200);
  expect(tokens(28, 1536, 'cpu')).toBeLessThan(500);
  expect(tokens(28, 3584, 'cpu')).toBe(128);
  expect(tokens(28, 1536, 'cuda')).toBeGreaterThan(4096);
  expect(runLimits(sized(28, 1536), 'cuda').patches).toBeGreaterThan(
    runLimits(sized(28, 1536), 'cpu').patches,
  );
});
