/** Redis and Postgres of the machine, started for a test on a folder and a port of its own; absent where not installed. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export const redisBinary = onPath('redis-server');
export const postgresFolder = postgresBinaries();

/** @param at a port that it had before: it comes back there with what was kept in the folder */
export async function startRedis(folder: string, at?: number): Promise<Server> {
  const port = at ?? (await freePort());
  const child = spawn(
    redisBinary ?? '',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await said(child, /Ready to accept connections/);
  return { url: `redis://127.0.0.1:${port}`, stop: () => stopped(child, 'SIGTERM') };
}

/** Postgres refuses to run as root: then it runs as `nobody`. */
export async function startPostgres(folder: string, at?: number): Promise<Server> {
  const port = at ?? (await freePort());
  const data = join(folder, 'data');
  const as = process.getuid?.() === 0 ? nobody() : undefined;
  if (as) await chown(folder, as.uid, as.gid);
  const run = promisify(execFile);
  const bin = postgresFolder ?? '';
  if (at === undefined) await mkdir(data);
  if (as) await chown(data, as.uid, as.gid);
  if (at === undefined)
    await run(join(bin, 'initdb'), ['-D', data, '-U', 'chatreid', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
      ...as,
      cwd: folder,
    });
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await said(child, /ready to accept connections/);
  return {
    url: `postgres://chatreid@127.0.0.1:${port}/postgres`,
    // Waits for connections that are being closed: cut off, they would tell it to nobody who listens.
    stop: () => stopped(child, 'SIGTERM'),
  };
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Debian keeps them apart from the others, by version. */
function postgresBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
  const beside = onPath('initdb');
  const folders = [...versions, ...(beside ? [join(beside, '..')] : [])];
  return folders.find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres')));
}

function nobody(): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

async function said(child: ChildProcess, line: RegExp): Promise<void> {
  let heard = '';
  const hear = (bytes: Buffer) => {
    heard += bytes.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  while (!line.test(heard)) {
    if (child.exitCode !== null) throw new Error(`The server ended: ${heard}`);
    await sleep(20);
  }
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
