/** Probes that read an embedding as it is written: a number for a hat, one for a backpack, three for the colour of the top. */
import sharp from 'sharp';
import { AttributeProbes } from '../../src/retrieval/traits/attribute-probes.ts';

const row = (numbers: readonly number[]): string => Buffer.from(Int8Array.from(numbers)).toString('base64');
const bits = (at: number, sign = 100): number[] => [0, 0, 0, 0, 0].map((_, i) => (i === at ? sign : 0));

/** Of an embedding before it is made a unit vector: three of its numbers are 1 or -1. */
const length = Math.sqrt(3);

function probe(values: readonly string[], rows: readonly (readonly number[])[]) {
  return {
    values,
    heldOut: 0.9,
    share: values.map(() => 1 / values.length),
    scale: values.map(() => 0.05 * length),
    bias: values.map(() => 0),
    rows: rows.map(row),
  };
}

export const probeNumbers = {
  version: 1,
  filter: 'sha256:0',
  dimension: 5,
  evidence: { image: 1, text: 1, mixed: 1 },
  attributes: {
    hat: probe(['no', 'yes'], [bits(0, -50), bits(0, 50)]),
    backpack: probe(['no', 'yes'], [bits(1, -50), bits(1, 50)]),
    top: probe(['red', 'blue', 'other'], [bits(2), bits(3), bits(4)]),
  },
};

export const knownProbes = new AttributeProbes(probeNumbers);

/** A PNG of its own for every number, of bytes that a store takes. */
export function smallPicture(number: number): Promise<Buffer> {
  const background = { r: number, g: 0, b: 0 };
  return sharp({ create: { width: 8, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
}

/** An embedding whose person the probes are sure of, to 99 %. */
export function seen(hat: boolean, backpack: boolean, top: 'red' | 'blue' | 'other'): Float32Array {
  return Float32Array.from([
    (hat ? 1 : -1) / length,
    (backpack ? 1 : -1) / length,
    ...['red', 'blue', 'other'].map((colour) => (colour === top ? 1 / length : 0)),
  ]);
}
