/** Manifests: rows with facts, rows that are named as bad, or one sentence. */
import { readManifest } from '../../../src/gallery/sources/manifest-rows.ts';
import { hold, isoTime, onlyOurs } from '../invariants.ts';

export const runs = 2500;

export async function seeds(): Promise<string[]> {
  return [
    'c\ufeffpath,person_id,camera_id,time\na.png,p1,3,2026-11-24T13:05:00\nb.png,,,x\n',
    'cpath;caption\n"a.png";"red; cap"\nb.png\n',
    'cpath\ttags\na.png\t["a;b",1]\nb.png\tred;blue\n',
    'cpath,path\n',
    'c"path\n',
    'cpath,time\na.png,1764000000000\nb.png,2026:11:24 24:99:99\n',
    'j{"path":"a.png","tags":["x"],"time":"2026-11-24T13:05:00+01:00"}\n{"path":1}\n[]\nnull\n{',
    'j{"__proto__":{"path":"x"},"constructor":1,"path":"a"}',
    `j{"path":"a.png","tags":${'['.repeat(300)}${']'.repeat(300)}}`,
  ];
}

/** The first letter says how it is read: `j` for lines of JSON. */
export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  const jsonLines = text.startsWith('j');
  const manifest = await onlyOurs(
    () => readManifest(text.slice(1), 'm.csv', { jsonLines, timeZone: 'Europe/Berlin' }),
    /^IMPORT_MANIFEST_INVALID$/,
  );
  for (const row of manifest?.rows ?? []) {
    hold(row.line >= 1, 'lines are counted from 1');
    if ('why' in row) continue;
    hold(row.path !== '', 'a good row has a path');
    const { time, tags = [], ...facts } = row.facts;
    hold(time === undefined || isoTime.test(time), 'a time is ISO 8601 in UTC');
    hold(
      tags.every((tag) => typeof tag === 'string' && tag !== ''),
      'tags are words',
    );
    hold(
      Object.values(facts).every((fact) => typeof fact === 'string' && fact !== ''),
      'facts are words',
    );
  }
}
