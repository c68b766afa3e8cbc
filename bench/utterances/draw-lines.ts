/** Moves lines, drawn at random, from a file kept apart to the developed part: `tsx bench/utterances/draw-lines.ts FROM TO COUNT SEED`. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { uniform } from '../seeded-random.ts';
import { corpusFolder } from './labelled-utterance.ts';

const [from = '', to = '', count = '', seed = ''] = process.argv.slice(2);
const source = join(corpusFolder, `${from}.jsonl`);
const lines = readFileSync(source, 'utf8').split('\n').filter(Boolean);
const random = uniform(Number(seed));
const keys = lines.map((line) => ({ line, key: random() }));
const drawn = new Set([...keys].sort((a, b) => a.key - b.key).slice(0, Number(count)));
const text = (some: typeof keys): string => some.map(({ line }) => `${line}\n`).join('');
writeFileSync(source, text(keys.filter((one) => !drawn.has(one))));
appendFileSync(join(corpusFolder, `${to}.jsonl`), text(keys.filter((one) => drawn.has(one))));
console.log(`${drawn.size} of ${lines.length} lines drawn.`);
