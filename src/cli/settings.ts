/** What the environment says: where things are kept, which model, which device, which time zone. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChatReidError } from '../foundation/error.ts';
import { type Home, homeFolder } from '../foundation/home.ts';
import { packageRoot } from '../foundation/package-root.ts';
import { isTimeZone, systemTimeZone } from '../foundation/site-time.ts';

export type Device = 'auto' | 'cpu' | 'cuda';

export interface Settings {
  readonly home: Home;
  /** Absolute path of the model folder. */
  readonly model: string;
  /** The model folder that comes with the package. */
  readonly shippedModel: string;
  readonly device: Device;
  /** IANA name: the zone of the site that the cameras watch. */
  readonly timeZone: string;
  /** Where talks are kept in place of the home folder: `redis://…` or `postgres://…`. */
  readonly stateUrl?: string;
  /** Whether what is looked up is recorded. */
  readonly audit: boolean;
  /** A language model on an OpenAI-compatible server, in place of the model folder's own. */
  readonly remote?: { readonly url: string; readonly model?: string; readonly key?: string };
}

/** Every variable that is read, with what it does; `chatreid --help` prints it. */
export const environment: Readonly<Record<string, string>> = {
  CHATREID_HOME: 'folder that everything is kept in',
  CHATREID_MODEL: 'model folder (default: the model that is shipped)',
  CHATREID_DEVICE: 'auto, cpu or cuda (default: auto)',
  CHATREID_TIME_ZONE: "time zone of the cameras, e.g. Europe/Berlin (default: this machine's)",
  CHATREID_STATE_URL:
    'keeps talks in redis:// or postgres:// (default: in CHATREID_HOME); or _FILE: a file that holds it',
  CHATREID_AUDIT: 'off records nothing of who looked for whom (default: on)',
  CHATREID_ENGINE_URL: 'an OpenAI-compatible server that runs the language model',
  CHATREID_ENGINE_MODEL: "the model's name on that server (default: the only one it serves)",
  CHATREID_ENGINE_KEY: 'its API key, where it wants one; or CHATREID_ENGINE_KEY_FILE: a file that holds it',
  CHATREID_DEBUG: '1 prints stack traces',
};

/** @throws ChatReidError OPTION_INVALID naming the variable and its value */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const value = (name: string) => env[name]?.trim() || undefined;
  const device = value('CHATREID_DEVICE') ?? 'auto';
  if (device !== 'auto' && device !== 'cpu' && device !== 'cuda') {
    throw invalid(`CHATREID_DEVICE is "${device}".`, 'Set it to auto, cpu or cuda.');
  }
  const timeZone = value('CHATREID_TIME_ZONE') ?? systemTimeZone();
  if (!isTimeZone(timeZone)) {
    throw invalid(`CHATREID_TIME_ZONE is "${timeZone}".`, 'Set it to a name such as Europe/Berlin or UTC.');
  }
  const remote = remoteFrom(
    value('CHATREID_ENGINE_URL'),
    value('CHATREID_ENGINE_MODEL'),
    secret('CHATREID_ENGINE_KEY', env),
  );
  const audit = value('CHATREID_AUDIT') ?? 'on';
  if (audit !== 'on' && audit !== 'off') {
    throw invalid(`CHATREID_AUDIT is "${audit}".`, 'Set it to on or off.');
  }
  const stateUrl = secret('CHATREID_STATE_URL', env);
  const shippedModel = join(packageRoot(), 'model', 'chatreid-tiny');
  return {
    home: homeFolder(env),
    model: resolve(value('CHATREID_MODEL') ?? shippedModel),
    shippedModel,
    device,
    timeZone,
    audit: audit === 'on',
    ...(stateUrl === undefined ? {} : { stateUrl }),
    ...(remote ? { remote } : {}),
  };
}

/** From the environment or from the file that it names. @throws ChatReidError OPTION_INVALID */
function secret(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const [direct, path] = [env[name]?.trim(), env[`${name}_FILE`]?.trim()];
  if (direct && path) throw invalid(`Both ${name} and ${name}_FILE are set.`, 'Leave one of them out.');
  if (!path) return direct || undefined;
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalid(
      `The file of ${name}_FILE cannot be read (${code}): ${path}`,
      'Check its path and permissions.',
    );
  }
}

function remoteFrom(
  url: string | undefined,
  model: string | undefined,
  key: string | undefined,
): Settings['remote'] {
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw invalid(
      // What is no address may hold a password all the same.
      `CHATREID_ENGINE_URL is "${url.replace(/\/\/[^/]*@/, '//')}".`,
      'Set it to an address such as http://localhost:8000/v1.',
    );
  }
  return { url, ...(model === undefined ? {} : { model }), ...(key === undefined ? {} : { key }) };
}

function invalid(message: string, next: string): ChatReidError {
  return new ChatReidError('OPTION_INVALID', message, next);
}
