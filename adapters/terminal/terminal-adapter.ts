/** The talk in a terminal, and in a pipe: a line is a message, a reply is lines, a table and a contact sheet. */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Attachment, Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { readPictureFile } from '../../src/foundation/picture.ts';
import { errorLines, printable, type Styler, styler } from '../../src/foundation/terminal-text.ts';
import type { Adapter } from '../adapter.ts';
import { type InlineProtocol, inlinePicture, type Keyboard } from './inline-picture.ts';
import { replyLines } from './reply-text.ts';
import { PlainScreen, PromptScreen, type Screen, type TerminalStream } from './screen.ts';
import { readTypedLine, type TypedLine, typedHelp } from './typed-line.ts';

export interface TerminalOptions {
  /** Which talk: letters, digits, dot, dash and underscore. The same name goes on with the same talk. */
  readonly name: string;
  /** Who asks, without the platform. */
  readonly user: string;
  readonly stdin: Keyboard & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  /** One JSON document a reply, a line each, and nothing else. */
  readonly json?: boolean;
  /** How contact sheets are shown between the lines. Default `none`. */
  readonly inline?: InlineProtocol;
  /** Keeps a contact sheet. @returns its absolute path */
  readonly keepSheet: (png: Buffer) => Promise<string>;
  /** Aborted by a Ctrl-C that the terminal does not hand over as a key: the search stops and the talk ends. */
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
  /** Ids of messages. Default: random. */
  readonly nextId?: () => string;
}

/** The name of a terminal's talk among all conversations. */
export function terminalConversation(name: string): string {
  return `terminal:${name}/talk`;
}

export class TerminalAdapter implements Adapter {
  readonly name = 'terminal';
  readonly #conversation: string;
  readonly #interactive: boolean;
  readonly #style: Styler;
  readonly #told = new Set<string>();
  readonly #delivered = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #conversations: Conversations | undefined;
  #lines: Interface | undefined;
  #screen: Screen;
  #sheet: string | undefined;
  #errors = 0;
  #cancelling = false;
  readonly #left = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(private readonly options: TerminalOptions) {
    if (!/^[\w.-]{1,64}$/.test(options.name)) {
      throw new ChatReidError(
        'OPTION_INVALID',
        `"${printable(options.name)}" cannot be the name of a conversation.`,
        'Use up to 64 letters, digits, dots, dashes and underscores.',
      );
    }
    this.#conversation = terminalConversation(options.name);
    this.#interactive = options.stdin.isTTY === true && options.stdout.isTTY === true && !options.json;
    this.#style = styler(options.stdout, options.env);
    this.#screen = new PlainScreen(options.stdout);
  }

  /** Messages that were answered with an error. */
  get errors(): number {
    return this.#errors;
  }

  /** Resolves when there is nobody left to talk to: the input ended, or the user left. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async start(conversations: Conversations): Promise<void> {
    this.#conversations = conversations;
    const { stdin, stdout, signal } = this.options;
    const lines = createInterface(
      this.#interactive ? { input: stdin, output: stdout, prompt: '> ' } : { input: stdin, terminal: false },
    );
    this.#lines = lines;
    if (this.#interactive) {
      this.#screen = new PromptScreen(stdout, lines);
      lines.on('SIGINT', () => this.#interrupted());
    }
    const leave = () => this.#leave();
    signal?.addEventListener('abort', leave, { once: true });
    // From now on, so that no line is lost.
    this.#ended = this.#talk(lines).finally(() => signal?.removeEventListener('abort', leave));
    if (this.#interactive) await this.#greet();
    await conversations.resume(this.#conversation.slice(0, -'talk'.length), (reply) => this.deliver(reply));
  }

  async stop(): Promise<void> {
    this.#lines?.close();
    await this.#ended;
  }

  /** Writes a reply. The same one is written once. @throws what the stream refuses: then it is tried again */
  async deliver(reply: Reply): Promise<void> {
    if (this.#delivered.has(reply.key)) return;
    if (reply.stage === 'first') {
      await this.#screen.draft(replyLines(reply, { style: this.#style, told: this.#told }));
      return;
    }
    const sheet = await this.#keepSheet(reply);
    if (this.options.json) await this.#screen.page([JSON.stringify({ ...reply, ...sheet.fields })]);
    else {
      const lines = replyLines(reply, { style: this.#style, told: this.#told });
      await this.#screen.page([...lines, ...sheet.lines, ''], sheet.picture);
    }
    this.#delivered.add(reply.key);
    if (reply.error) this.#errors++;
  }

  async #talk(lines: Interface): Promise<void> {
    for await (const line of lines) {
      if (this.options.signal?.aborted) break;
      if (this.#screen instanceof PromptScreen) this.#screen.entered();
      const typed = readTypedLine(line, isFile);
      if (typed.kind === 'quit') break;
      if (!this.#interactive && typed.kind !== 'nothing') {
        await this.#tell([`${this.#style('cyan', '>')} ${printable(line)}`]);
      }
      const { done } = await this.#take(typed);
      this.#running.add(done);
      const ended = done.finally(() => this.#answered(done));
      // A script's next line builds on this answer; a person's may change the question while it is being answered.
      if (this.#interactive) lines.prompt();
      else await ended;
    }
    lines.close();
    await Promise.race([Promise.all(this.#running), aborted(this.#left.signal)]);
  }

  #answered(done: Promise<void>): void {
    this.#running.delete(done);
    if (this.#running.size === 0) this.#cancelling = false;
  }

  /** Hands a line over, in the order of the lines. `done`: it is answered; never rejects. */
  async #take(typed: TypedLine): Promise<{ readonly done: Promise<void> }> {
    try {
      const pictures = typed.kind === 'message' ? await attachments(typed.pictures) : [];
      return { done: this.#act(typed, pictures).catch((error: unknown) => this.#fail(error)) };
    } catch (error) {
      return { done: this.#fail(error) };
    }
  }

  async #act(typed: TypedLine, pictures: readonly Attachment[]): Promise<void> {
    switch (typed.kind) {
      case 'message':
        return this.#send(typed.text, pictures);
      case 'missing':
        throw missing(typed.path);
      case 'sheet':
        return this.#tell([this.#sheet ? `The contact sheet is ${this.#sheet}` : 'There is no answer yet.']);
      case 'help':
        await this.#send('help', []);
        return this.#tell(typedHelp.map(([line, what]) => `  ${line.padEnd(20)} ${what}`));
      default:
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#errors++;
    const report = asChatReidError(error, 'reading the line').report();
    if (this.options.json) await this.#screen.page([JSON.stringify({ error: report })]);
    else await this.#tell([...errorLines(report, this.#style), '']);
  }

  async #send(text: string, sent: readonly Attachment[]): Promise<void> {
    const { now, nextId } = this.options;
    const message: Message = {
      ...this.#asker,
      id: nextId?.() ?? randomUUID(),
      at: (now?.() ?? new Date()).toISOString(),
      text,
      attachments: sent,
    };
    await this.#open.handle(message, (reply) => this.deliver(reply)).done;
  }

  /** Whoever sits at this machine. */
  get #asker() {
    const user = `terminal:${this.options.user}`;
    return { user, marks: [user, 'terminal:local'], conversation: this.#conversation };
  }

  get #open(): Conversations {
    if (this.#conversations) return this.#conversations;
    throw new ChatReidError('INTERNAL', 'The terminal was not started.', 'Start it before it is written to.');
  }

  /** Where the disk refuses the sheet, the answer is shown all the same. */
  async #keepSheet(reply: Reply) {
    if (!reply.answer || reply.answer.cards.length === 0) return { lines: [], picture: '', fields: {} };
    try {
      const png = await this.#open.sheet(reply, this.#asker);
      this.#sheet = await this.options.keepSheet(png);
      const protocol = this.#interactive ? (this.options.inline ?? 'none') : 'none';
      return {
        lines: [`Contact sheet: ${this.#sheet}`],
        picture: await inlinePicture(png, protocol, this.options.stdout.columns ?? 80),
        fields: { sheet: this.#sheet },
      };
    } catch (error) {
      const report = asChatReidError(error, 'writing the contact sheet').report();
      return { lines: errorLines(report, this.#style), picture: '', fields: { sheetError: report } };
    }
  }

  /** What a talk that goes on had come to. */
  async #greet(): Promise<void> {
    const last = (await this.#open.replies(this.#conversation, this.#asker)).at(-1);
    await this.#tell([
      'Whom are you looking for? Describe the person, or give the path of a picture. /help shows more, /quit leaves.',
      ...(last
        ? ['', 'This talk goes on:', ...replyLines(last, { style: this.#style, told: this.#told }), '']
        : []),
    ]);
  }

  /** Words of the terminal itself. */
  async #tell(lines: readonly string[]): Promise<void> {
    if (!this.options.json) await this.#screen.page(lines);
  }

  /** The first stops the search that runs; the second waits for nothing. */
  #interrupted(): void {
    if (this.#running.size > 0 && !this.#cancelling) {
      this.#cancelling = true;
      this.#conversations?.cancel(this.#conversation);
      return;
    }
    this.#lines?.close();
    this.#left.abort();
  }

  #leave(): void {
    this.#conversations?.cancel(this.#conversation);
    this.#lines?.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function attachments(paths: readonly string[]): Promise<Attachment[]> {
  const sent: Attachment[] = [];
  for (const path of paths) sent.push({ name: basename(path), bytes: await readPictureFile(path) });
  return sent;
}

function missing(path: string): ChatReidError {
  return path === ''
    ? new ChatReidError('OPTION_INVALID', 'Which picture?', 'Write: image PATH')
    : new ChatReidError('IMPORT_SOURCE_MISSING', `There is no picture at ${path}.`, 'Check the path.');
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A long sentence is no file name, and a folder that may not be looked into has no picture for us.
    return false;
  }
}
