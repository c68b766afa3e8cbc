/** What a command runs in: the streams, the environment, the interrupt, and the parts it may ask for. */
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { asChatReidError, ChatReidError } from '../foundation/error.ts';
import { Composition, type Makers } from './composition.ts';
import { type ExitCode, exitCodeOf, exitCodes, interruptedBy } from './exit-code.ts';
import { defaultGallery, demoGallery } from './gallery-option.ts';
import { Output } from './output.ts';
import { type Settings, settingsFrom } from './settings.ts';

export type Terminal<Stream> = Stream & { readonly isTTY?: boolean };

export interface ShellOptions {
  readonly stdin: Terminal<Readable>;
  readonly stdout: Terminal<Writable>;
  readonly stderr: Terminal<Writable>;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
  /** The user's own, for files that are asked for by name. Default: for the owner only. */
  readonly umask?: number;
  /** Tests put their own parts in. */
  readonly makers?: Partial<Makers>;
}

/** What every command's work is given. */
export interface Work {
  readonly shell: Shell;
  readonly out: Output;
  readonly settings: Settings;
  readonly parts: Composition;
  readonly signal: AbortSignal;
}

export class Shell {
  exitCode: ExitCode = exitCodes.ok;
  readonly stdin: Terminal<Readable>;
  readonly stderr: Terminal<Writable>;
  readonly stdout: Terminal<Writable>;
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly umask: number;

  constructor(private readonly options: ShellOptions) {
    this.stdin = options.stdin;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.signal = options.signal;
    this.env = options.env;
    this.umask = options.umask ?? 0o077;
  }

  /** The same surroundings with another stdout: for a command that runs others. */
  within(stdout: Terminal<Writable>): Shell {
    return new Shell({ ...this.options, stdout });
  }

  now(): Date {
    return this.options.now?.() ?? new Date();
  }

  output(json: boolean): Output {
    return new Output(this.stdout, this.stderr, this.options.env, json);
  }

  /** A command that answers --json and --help, and never ends the process by itself. */
  command(name: string, description: string, examples: readonly string[] = []): Command {
    const command = new Command(name)
      .description(description)
      .helpOption('-h, --help', 'show this help')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => this.stdout.write(text),
        // Wrong usage is told by complain(), once and in the one form that errors have.
        writeErr: () => {},
      })
      .helpCommand(false)
      .allowExcessArguments(false);
    if (examples.length > 0) {
      const title = examples.length === 1 ? 'Example' : 'Examples';
      command.addHelpText('after', `\n${title}:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
    }
    return command;
  }

  /** Runs a command's work: opens nothing that it does not ask for, closes what it opened, reports what it throws. */
  async run(
    options: { readonly json?: boolean; readonly gallery?: string; readonly model?: string },
    work: (work: Work) => Promise<ExitCode> | Promise<void>,
  ): Promise<void> {
    const out = this.output(options.json ?? false);
    let parts: Composition | undefined;
    try {
      const settings = withModel(settingsFrom(this.options.env), options.model);
      parts = new Composition(settings, this.options.makers);
      if (!settings.audit) out.note(auditIsOff);
      const code = await work({ shell: this, out, settings, parts, signal: this.signal });
      this.exitCode = code ?? exitCodes.ok;
    } catch (error) {
      this.#fail(parts ? await withGalleryNames(error, parts, options.gallery) : error, out);
    }
    try {
      await parts?.close();
    } catch (error) {
      if (this.exitCode === exitCodes.ok) this.#fail(error, out);
    }
  }

  /**
   * What commander throws for --help, --version and wrong usage.
   *
   * @param command the one whose usage was wrong
   */
  complain(error: unknown, argv: readonly string[], command: Command): void {
    if (!(error instanceof CommanderError)) {
      this.#fail(error, this.output(argv.includes('--json')));
      return;
    }
    if (error.exitCode === 0) return;
    if (error.code === 'commander.help') {
      this.stderr.write(command.helpInformation());
      this.exitCode = exitCodes.usage;
      return;
    }
    const path: string[] = [];
    for (let some: Command | null = command; some; some = some.parent) path.unshift(some.name());
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    this.#fail(
      new ChatReidError(
        'OPTION_INVALID',
        `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?)]$/.test(message) ? '' : '.'}`,
        `See: ${path.join(' ')} --help`,
      ),
      this.output(argv.includes('--json')),
    );
  }

  #fail(error: unknown, out: Output): void {
    const known = asChatReidError(error, 'running the command');
    out.error(known.report());
    this.exitCode = this.signal.aborted ? interruptedBy(this.signal) : exitCodeOf(known.code);
    if (this.options.env.CHATREID_DEBUG === '1') out.note(stackOf(error));
  }
}

const auditIsOff =
  'Note: the audit trail is off (CHATREID_AUDIT=off): nothing of who looks for whom is recorded.';

/** A model that the command line names is the one that answers, whatever server the environment names. */
function withModel({ remote, ...settings }: Settings, model: string | undefined): Settings {
  if (model !== undefined) return { ...settings, model: resolve(model) };
  return remote === undefined ? settings : { ...settings, remote };
}

/** Whoever names a gallery that is not there wants to know which are. */
async function withGalleryNames(
  error: unknown,
  parts: Composition,
  wanted: string | undefined,
): Promise<unknown> {
  if (!(error instanceof ChatReidError && error.code === 'GALLERY_UNKNOWN')) return error;
  const galleries = await parts.store().then(
    (store) => store.galleries(),
    () => [],
  );
  if (galleries.length === 0) return error;
  const names = galleries.map(({ name }) => name).join(', ');
  const choose = `Choose with --gallery what there is (${names}), or make it: chatreid gallery add --gallery NAME PATH`;
  // Whoever tried the demo and then asks, asks for the demo's pictures.
  const next =
    wanted === defaultGallery && galleries.some(({ name }) => name === demoGallery)
      ? `To search the demo's pictures, add --gallery ${demoGallery}. ${choose}`
      : choose;
  return new ChatReidError(error.code, error.message, next, error.cause);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** For options that may be given several times. */
export function collect(value: string, soFar: readonly string[] = []): string[] {
  return [...soFar, value];
}

export function wholeNumber(from: number, to: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < from || number > to) {
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    }
    return number;
  };
}

/** @param open the ends themselves are not allowed */
export function numberBetween(from: number, to: number, open = false): (value: string) => number {
  return (value) => {
    const number = Number(value);
    const inside = open ? number > from && number < to : number >= from && number <= to;
    if (value.trim() === '' || !inside) {
      throw new InvalidArgumentError(
        open ? `It must be above ${from} and below ${to}.` : `It must be a number from ${from} to ${to}.`,
      );
    }
    return number;
  };
}
