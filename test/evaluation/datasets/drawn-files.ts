/** Empty files and small lists for readers, which open no picture. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Empty files, at paths relative to root; their folders are made. */
export function files(root: string, paths: readonly string[]): void {
  for (const path of paths) text(root, path, '');
}

/** A file of these words. */
export function text(root: string, path: string, words: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), words);
}

/** A file of one line each. */
export function lines(root: string, path: string, all: readonly string[]): void {
  text(root, path, `${all.join('\n')}\n`);
}
