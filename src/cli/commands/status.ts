/** `chatreid status`: what is installed, which model runs on what, what the galleries hold. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { EncoderDescription } from '../../engine/encoder.ts';
import type { EngineDescription, EngineStats } from '../../engine/engine.ts';
import { asChatReidError, type ErrorReport } from '../../foundation/error.ts';
import { packageRoot } from '../../foundation/package-root.ts';
import { jsonOption } from '../gallery-option.ts';
import { indexedPictures, printGalleries } from '../gallery-table.ts';
import { counted, megabytes } from '../output.ts';
import type { Shell, Work } from '../shell.ts';

interface Failed {
  readonly error: ErrorReport;
}

interface ModelStatus {
  readonly folder: string;
  readonly name?: string;
  readonly licence?: string;
  /** Files of which chatreid.json says what they are. */
  readonly checksums?: number;
  readonly encoder: EncoderDescription | Failed;
  /** Absent where there is no language model. */
  readonly languageModel?: EngineDescription | Failed;
  readonly caches?: EngineStats['caches'];
}

export function statusCommand(shell: Shell): Command {
  return shell
    .command('status', 'Show versions, model, device, galleries and caches.', ['chatreid status'])
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => shell.run(options, status));
}

async function status({ out, parts, settings }: Work): Promise<void> {
  const { home, timeZone, device } = settings;
  const model = await modelStatus(parts, settings.model);
  const store = await parts.store();
  const galleries = await store.galleries();
  const onDisk = { folder: home.cache, bytes: await folderBytes(home.cache) };
  const document = {
    versions: await versions(),
    home: home.root,
    timeZone,
    device: { wished: device, used: deviceOf(model.encoder), note: deviceNote(model) },
    model,
    cacheOnDisk: onDisk,
    galleries: galleries.map((gallery) => ({ ...gallery, indexed: indexedPictures(gallery) })),
  };
  out.document(document);
  if (out.json) return;
  const line = (name: string, value: string) => out.print(`${out.style('bold', name.padEnd(15))} ${value}`);
  line('chatreid', document.versions.chatreid);
  line('node', document.versions.node);
  line('onnxruntime', document.versions.onnxruntime);
  line('sharp', `${document.versions.sharp} (libvips ${document.versions.libvips})`);
  line('home', home.root);
  line('time zone', timeZone);
  printModel(model, line);
  line('cache on disk', `${megabytes(onDisk.bytes)} in ${onDisk.folder}`);
  out.print();
  if (galleries.length === 0)
    out.print('There is no gallery yet. Make one with: chatreid gallery add FOLDER');
  else printGalleries(galleries, out, timeZone);
}

/** A model that cannot be loaded is part of the status, not the end of it. */
async function modelStatus(parts: Work['parts'], folder: string): Promise<ModelStatus> {
  try {
    const files = await parts.modelFolder();
    const engine = await parts.engine();
    const encoder = await (await parts.encoder()).describeEncoder().catch(failed);
    const languageModel = await engine?.describe().catch(failed);
    const { licence } = await cardOf(folder);
    return {
      folder,
      name: files.name,
      checksums: Object.keys(files.manifest.checksums).length,
      ...(licence ? { licence } : {}),
      encoder,
      ...(languageModel ? { languageModel } : {}),
      ...(engine ? { caches: (await engine.stats()).caches } : {}),
    };
  } catch (error) {
    return { folder, encoder: failed(error) };
  }
}

function printModel(model: ModelStatus, line: (name: string, value: string) => void): void {
  line('model', `${model.name ?? 'none'}${model.licence ? ` (licence: ${model.licence})` : ''}`);
  line('', model.folder);
  if (model.checksums !== undefined) line('', checkedFiles(model.checksums));
  const { encoder, languageModel, caches } = model;
  if ('error' in encoder)
    line('base filter', `cannot be used: ${encoder.error.message} ${encoder.error.next}`);
  else {
    const words = encoder.text ? 'pictures and words' : 'pictures only: it has no text encoder';
    line('base filter', `${encoder.name}, ${encoder.dimension} numbers a picture, ${words}`);
    line('', `space ${encoder.space.slice(0, 16)}`);
    line('device', encoder.device);
  }
  const note = deviceNote(model);
  if (note) line('', note);
  if (languageModel === undefined) line('language model', 'none: candidates are ranked by the base filter');
  else if ('error' in languageModel) {
    line('language model', `cannot be used: ${languageModel.error.message} ${languageModel.error.next}`);
  } else {
    const { name, device, dtype, checksum } = languageModel;
    line('language model', `${name}, ${dtype}, on ${device}, checksum ${checksum.slice(0, 16)}`);
  }
  for (const [name, cache] of Object.entries(caches ?? {})) {
    // A server keeps its caches to itself.
    if (cache.limitBytes === 0) continue;
    const asked = cache.hits + cache.misses;
    const rate = asked === 0 ? 'not asked yet' : `${Math.round((cache.hits / asked) * 100)} % hits`;
    line(cacheNames[name] ?? name, `${megabytes(cache.bytes)} of ${megabytes(cache.limitBytes)}, ${rate}`);
  }
}

function checkedFiles(count: number): string {
  if (count === 0) return 'its files are not checked: chatreid.json lists no checksums';
  return `${counted(count, 'file')} checked against chatreid.json whenever one is loaded`;
}

const cacheNames: Readonly<Record<string, string>> = {
  features: 'pictures kept',
  featuresOnDisk: '  on disk',
  prefixes: 'prompts kept',
};

/** 0 where there is no such folder yet. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

function deviceOf(description: EncoderDescription | Failed): string | undefined {
  return 'error' in description ? undefined : description.device;
}

function deviceNote({ encoder, languageModel }: ModelStatus): string | undefined {
  const notes = [encoder, languageModel].map((part) =>
    part === undefined || 'error' in part ? undefined : part.deviceNote,
  );
  return notes.find((note) => note !== undefined);
}

function failed(error: unknown): Failed {
  return { error: asChatReidError(error, 'loading the model').report() };
}

/** The facts of the model card that chatreid.json carries beside what the engine needs. */
async function cardOf(folder: string): Promise<{ licence?: string }> {
  try {
    const card = JSON.parse(await readFile(join(folder, 'chatreid.json'), 'utf8')) as Record<string, unknown>;
    const licence = card.licence ?? card.license;
    return typeof licence === 'string' ? { licence } : {};
  } catch {
    // A folder of somebody else's export has no card.
    return {};
  }
}

async function versions(): Promise<
  Record<'chatreid' | 'node' | 'onnxruntime' | 'sharp' | 'libvips', string>
> {
  const { default: sharp } = await import('sharp');
  return {
    chatreid: await versionIn(join(packageRoot(), 'package.json')),
    node: process.versions.node,
    onnxruntime: await versionIn(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
  };
}

async function versionIn(file: string): Promise<string> {
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
