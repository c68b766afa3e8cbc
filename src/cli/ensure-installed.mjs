/** Runs before `npm start` and `npm test`: installs what package-lock.json names where it is missing or out of date. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, env, execPath, exit, platform, stderr, versions } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Plain JavaScript and Node's own modules only: nothing else is there yet.

/** @param {string} version @param {string} least */
export function isOlder(version, least) {
  const [a = 0, b = 0] = version.split('.').map(Number);
  const [c = 0, d = 0] = least.split('.').map(Number);
  return a < c || (a === c && b < d);
}

/**
 * Whether node_modules is what package-lock.json asks for. npm writes what it has installed to
 * node_modules/.package-lock.json; times of files say nothing after a clone or a copy, so the contents are compared.
 *
 * @param {string} root folder of package.json
 */
export function isInstalled(root) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const installed = present[path];
    // Packages for other platforms, and optional ones that could not be installed, are rightly absent.
    if (installed === undefined) {
      if (entry.optional || entry.devOptional || entry.peer) continue;
      if (entry.dev && isProduction()) continue;
      return false;
    }
    if (installed.version !== entry.version || installed.integrity !== entry.integrity) return false;
    if (!existsSync(join(root, path, 'package.json'))) return false;
  }
  return true;
}

function isProduction() {
  return env.NODE_ENV === 'production' || env.npm_config_omit === 'dev';
}

/** @param {string} file */
function packagesIn(file) {
  try {
    return /** @type {Record<string, Record<string, unknown>>} */ (
      JSON.parse(readFileSync(file, 'utf8')).packages
    );
  } catch {
    return undefined;
  }
}

/** @param {string} root */
export function ensureInstalled(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const least = engines.node.replace(/^[^\d]*/, '');
  if (isOlder(versions.node, least)) {
    stderr.write(
      `chatreid needs Node ${least} or newer; this is Node ${versions.node}.\n` +
        'Install a newer one from https://nodejs.org, then run the same command again.\n',
    );
    return 1;
  }
  if (isInstalled(root)) return 0;
  stderr.write('Installing what package-lock.json names (npm ci) ...\n');
  // npm started this script as a rule, and says where it is; on Windows `npm` alone is a script for a shell.
  const npm = env.npm_execpath;
  const [command, before] =
    npm !== undefined && /npm-cli\.c?js$/.test(npm)
      ? [execPath, [npm]]
      : [platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const { status, error } = spawnSync(command, [...before, 'ci'], {
    cwd: root,
    stdio: 'inherit',
    // Its download of CUDA libraries fails the whole install where it has no network; see docs for GPUs.
    env: { ...env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    shell: before.length === 0 && platform === 'win32',
  });
  if (error) {
    stderr.write(`npm could not be started: ${error.message}\nRun "npm ci" in ${root} by hand.\n`);
    return 1;
  }
  return status ?? 1;
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  exit(ensureInstalled(join(dirname(fileURLToPath(import.meta.url)), '..', '..')));
}
