/** How much goes into one run of a graph: enough to fill the processor, little enough that cancelling does not take long. */
import type { LanguageModelConfig } from './model-config.ts';

export interface RunLimits {
  /** New tokens in one run of the decoder, padding included. */
  readonly tokens: number;
  /** Patches in one run of the vision encoder. */
  readonly patches: number;
}

/**
 * On a cpu a token costs the same alone and among a thousand (measured: 1.0 ms with 60 M parameters, from 4 rows of 37
 * tokens up), so a run need only be long against its fixed costs; a cancelled run is waited for. A gpu needs more.
 */
const cpuOperations = 5e11;
const cudaOperations = 2e13;

/**
 * Attention among all patches of a run grows with their square: on a cpu a patch costs a third more in a run of 1,000
 * than in one of 256.
 */
const patches = { cpu: 256, cuda: 1024 } as const;

export function runLimits(config: LanguageModelConfig, device: 'cpu' | 'cuda'): RunLimits {
  // Four attention matrices and an MLP of about four times the width: 12 hidden^2 parameters a layer.
  const perToken = 2 * 12 * config.layers * config.hidden ** 2;
  const [operations, least, most] =
    device === 'cuda' ? [cudaOperations, 1024, 16_384] : [cpuOperations, 128, 1024];
  const tokens = Math.round(operations / perToken);
  return { tokens: Math.max(least, Math.min(most, tokens)), patches: patches[device] };
}
