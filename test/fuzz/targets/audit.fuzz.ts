/** The audit trail as it lies on a disk: read and verified whatever somebody has made of it. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf } from '../../../src/trust/audit-entries.ts';
import { chainFile, wordsFile } from '../../../src/trust/audit-files.ts';
import { chainLine, noHash, wordsLine } from '../../../src/trust/audit-line.ts';
import { exportLines } from '../../../src/trust/audit-export.ts';
import { verifyTrail } from '../../../src/trust/audit-verify.ts';
import { hold } from '../invariants.ts';

export const runs = 500;

const folder = mkdtempSync(join(tmpdir(), 'chatreid-fuzz-audit-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

export async function seeds(): Promise<string[]> {
  const words = wordsLine(1, 'words', 'a red cap');
  const event = { kind: 'lookup', platform: 'web', user: 'web:local', facts: { gallery: 'hall' } } as const;
  const first = chainLine(1, '2026-11-24T12:00:00.000Z', event, { words: words.commit }, noHash);
  const second = chainLine(2, '2026-11-24T12:00:01.000Z', event, {}, first.hash);
  return [
    `${first.line}${second.line}\0${words.line}`,
    `${first.line}${second.line.slice(0, 80)}\0${words.line.slice(0, 50)}`,
    `={"at":1,"event":null,"personal":{},"prev":"${noHash}","seq":1}\0`,
    `={"at":"x","event":{"kind":1},"personal":null,"prev":"${noHash}","seq":1}\n=no JSON,"prev":"${noHash}","seq":2}\0=no JSON`,
    '\n\n\0\n',
  ];
}

/**
 * The chain, a zero, the words. A line that begins with `=` gets the hash that it needs, as somebody gives it who writes a
 * trail of his own.
 */
export async function fuzz(data: Buffer): Promise<void> {
  const [chain = '', words = ''] = data.toString('latin1').split('\0');
  write(chainFile(folder, '2026-11'), chain, (text) => `{"entry":${text},"hash":"${hash('sha256', text)}"}`);
  write(wordsFile(folder, '2026-11'), words, (text) => {
    return `{"commit":"${hash('sha256', text)}","seq":1,"words":${text}}`;
  });
  const { entries, broken } = verifyTrail(folder);
  hold(entries >= 0 && (broken === undefined || broken.why !== ''), 'what is broken is said');
  for (const line of exportLines(entriesOf(folder), 'csv')) hold(line.endsWith('\r\n'), 'rows have an end');
}

function write(path: string, text: string, sealed: (text: string) => string): void {
  const lines = text.split('\n').map((line) => (line.startsWith('=') ? sealed(line.slice(1)) : line));
  writeFileSync(path, Buffer.from(lines.join('\n'), 'latin1'));
}
