/** A zip archive as no honest program writes it: names and sizes exactly as told. */
import { crc32, deflateRawSync } from 'node:zlib';

export function rawZip(
  entries: readonly { name: string; data: Buffer; size?: number; sameAs?: number }[],
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const starts: number[] = [];
  let at = 0;
  for (const { name, data, size = data.length, sameAs } of entries) {
    const packed = deflateRawSync(data);
    const text = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(text.length, 22);
    starts.push(sameAs === undefined ? at : (starts[sameAs] ?? 0));
    const start = starts.at(-1) ?? 0;
    if (sameAs === undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, text, packed]);
      parts.push(local);
      at += local.length;
    }
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(start, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, rest, text);
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end]);
}
