/** Numbers that are none: a model that overflows its number type must end in an error, not in an answer like any other. */
import { ChatReidError } from '../foundation/error.ts';
import type { Floats } from './onnx-session.ts';

/** All exponent bits set: infinite, or not a number (IEEE 754 binary16). */
const halfExponent = 0x7c00;

/** @param numbers floats, or halves as their bits */
export function allFinite(numbers: Floats): boolean {
  if (numbers instanceof Uint16Array) return numbers.every((bits) => (bits & halfExponent) !== halfExponent);
  return numbers.every(Number.isFinite);
}

/** Whether a softmax over them means something: a token may be ruled out (minus infinity), but not all. */
export function soundLogits(logits: Float32Array): boolean {
  let top = Number.NEGATIVE_INFINITY;
  // Math.max keeps NaN once it has seen one.
  for (let i = 0; i < logits.length; i++) top = Math.max(top, logits[i] as number);
  return Number.isFinite(top);
}

/** @param part of the model, e.g. `vision encoder` */
export function overflowError(part: string): ChatReidError {
  return new ChatReidError(
    'ENGINE_CANNOT',
    `The ${part} of the model gave no usable numbers: its number type overflows here, or its files are damaged.`,
    'Use the model as fp32 (it has room for the largest numbers) or on another device, or copy the model folder again.',
  );
}
