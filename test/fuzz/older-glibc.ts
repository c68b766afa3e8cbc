/** Lets the fuzzer's prebuilt addon load on glibc 2.36 (Debian 12): preloaded by the process that fuzzes, nothing else has it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/*
 * The addon was linked on a newer machine, and of its glibc uses two functions: strtol and strtoul as C23 names them. A copy of the
 * addon asks for them by their old names, and its need for the newer libraries becomes one that is only wished for.
 */

const newName = '__isoc23_';
const anyVersion = 1;
const wished = 2;

interface Section {
  readonly at: number;
  readonly size: number;
}

/** @param file a 64-bit little-endian ELF library; changed in place */
export function askForOlder(file: Buffer): void {
  const {
    '.dynsym': symbols,
    '.dynstr': names,
    '.gnu.version': versions,
    '.gnu.version_r': needs,
  } = sections(file);
  if (!symbols || !names || !versions || !needs) throw new Error('This is no library of this kind.');
  for (let at = symbols.at; at < symbols.at + symbols.size; at += 24) {
    const name = file.readUInt32LE(at);
    if (!text(file, names.at + name).startsWith(newName)) continue;
    // The old name is the end of the new one.
    file.writeUInt32LE(name + newName.length, at);
    file.writeUInt16LE(anyVersion, versions.at + ((at - symbols.at) / 24) * 2);
  }
  for (let library = needs.at, next = 1; next > 0; library += next) {
    next = file.readUInt32LE(library + 12);
    const count = file.readUInt16LE(library + 2);
    let need = library + file.readUInt32LE(library + 8);
    for (let number = 0; number < count; number++) {
      file.writeUInt16LE(wished, need + 4);
      need += file.readUInt32LE(need + 12);
    }
  }
}

function sections(file: Buffer): Readonly<Record<string, Section>> {
  const table = Number(file.readBigUInt64LE(40));
  const [size, count, nameTable] = [58, 60, 62].map((at) => file.readUInt16LE(at)) as [
    number,
    number,
    number,
  ];
  const headers = Array.from({ length: count }, (_, number) => {
    const at = table + number * size;
    const [place, length] = [24, 32].map((field) => Number(file.readBigUInt64LE(at + field))) as [
      number,
      number,
    ];
    return { name: file.readUInt32LE(at), at: place, size: length };
  });
  const from = headers[nameTable]?.at ?? 0;
  return Object.fromEntries(headers.map((header) => [text(file, from + header.name), header]));
}

function text(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}

const load = process.dlopen.bind(process);

process.dlopen = (module: object, path: string, flags?: number): void => {
  const open = (from: string) => (flags === undefined ? load(module, from) : load(module, from, flags));
  try {
    open(path);
  } catch (error) {
    if (!/version `GLIBC\w*' not found|version `GLIBC/.test(String(error))) throw error;
    const folder = mkdtempSync(join(tmpdir(), 'chatreid-fuzz-addon-'));
    try {
      const copy = join(folder, basename(path));
      copyFileSync(path, copy);
      const file = readFileSync(path);
      askForOlder(file);
      writeFileSync(copy, file);
      open(copy);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
};
