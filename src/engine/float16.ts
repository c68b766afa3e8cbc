/** Half-precision numbers, which JavaScript on Node 20 has no type for: to and from their 16 bits. */

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** 2^-14 x 2^-10 aligned so that adding it to a small float leaves the half's subnormal mantissa in the low bits. */
const subnormalMagicBits = (127 - 15 + (23 - 10) + 1) << 23;
const subnormalMagic = floatOf(subnormalMagicBits);

let table: Float32Array | undefined;

/** Each 16-bit pattern as a float32. Exact: every half is a float. */
export function halvesToFloats(halves: Uint16Array, out = new Float32Array(halves.length)): Float32Array {
  table ??= decodingTable();
  const floats = table;
  for (let i = 0; i < halves.length; i++) out[i] = floats[halves[i] as number] as number;
  return out;
}

/** Rounded to nearest, ties to even, as IEEE 754 and NumPy do; beyond 65,504 becomes infinity. */
export function floatsToHalves(floats: Float32Array, out = new Uint16Array(floats.length)): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  for (let i = 0; i < bits.length; i++) out[i] = halfBits(bits[i] as number);
  return out;
}

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude < 0x38800000) {
    scratchBits[0] = magnitude;
    scratch[0] = (scratch[0] as number) + subnormalMagic;
    return sign | ((scratchBits[0] as number) - subnormalMagicBits);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

function decodingTable(): Float32Array {
  const floats = new Float32Array(65_536);
  for (let half = 0; half < 65_536; half++) {
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    const size =
      exponent === 0
        ? mantissa * 2 ** -24
        : exponent === 31
          ? mantissa === 0
            ? Number.POSITIVE_INFINITY
            : Number.NaN
          : (1 + mantissa / 1024) * 2 ** (exponent - 15);
    floats[half] = half & 0x8000 ? -size : size;
  }
  return floats;
}

function floatOf(bits: number): number {
  scratchBits[0] = bits;
  return scratch[0] as number;
}
