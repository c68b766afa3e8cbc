/** Pictures of a message, fetched from Slack with the bot's token. */
import type { Attachment } from '../../src/conversation/message.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { sniffFormat } from '../../src/foundation/picture.ts';
import { downloadPicture } from '../download.ts';
import { harmless } from '../harmless.ts';
import { type SlackFile, slackFile } from './incoming.ts';
import type { SlackLimits } from './limits.ts';
import type { SlackCalls } from './slack-calls.ts';

export interface PictureFilesParts {
  readonly calls: SlackCalls;
  readonly botToken: string;
  readonly hosts: readonly string[];
  readonly limits: SlackLimits;
}

export interface FetchedPictures {
  readonly pictures: readonly Attachment[];
  /** One for each file that is none, or cannot be had. */
  readonly problems: readonly ChatReidError[];
}

const sendItself = 'Send the picture itself: download it, then drag it into the message.';

export class PictureFiles {
  constructor(private readonly parts: PictureFilesParts) {}

  /** @throws ChatReidError PLATFORM_BUSY, PLATFORM_UNREACHABLE, CANCELLED: another try may fetch them */
  async fetch(files: readonly SlackFile[]): Promise<FetchedPictures> {
    const pictures: Attachment[] = [];
    const problems: ChatReidError[] = [];
    for (const file of files) {
      try {
        pictures.push(await this.#one(file));
      } catch (error) {
        const known = asChatReidError(error, 'fetching a picture from Slack');
        if (known.code === 'CANCELLED' || known.code.startsWith('PLATFORM_')) {
          // A file that is gone, or a missing scope, will be so tomorrow.
          if (known.code !== 'PLATFORM_REFUSED') throw known;
        }
        problems.push(named(known, nameOf(file)));
      }
    }
    return { pictures, problems };
  }

  async #one(sent: SlackFile): Promise<Attachment> {
    const file = sent.file_access === 'check_file_info' ? await this.#looked(sent) : sent;
    const problem = problemOf(file);
    if (problem) throw problem;
    const name = nameOf(file);
    const url = file.url_private_download ?? file.url_private;
    if (url === undefined) throw gone(name);
    const { botToken, hosts, limits } = this.parts;
    const bytes = await downloadPicture(url, {
      hosts,
      headers: { authorization: `Bearer ${botToken}` },
      maxBytes: limits.pictureBytes,
      timeoutMs: limits.pictureMs,
    });
    if (isLogIn(bytes, file)) throw noScope();
    return { name, bytes };
  }

  /** Slack sends the id alone where a channel is shared with another workspace. */
  async #looked({ id }: SlackFile): Promise<SlackFile> {
    const { file } = await this.parts.calls.call('files.info', { file: id });
    return readFile(file);
  }
}

function readFile(value: unknown): SlackFile {
  const known = slackFile.safeParse(value);
  if (known.success) return known.data;
  throw gone('A file');
}

function problemOf(file: SlackFile): ChatReidError | undefined {
  const name = nameOf(file);
  if (file.mode === 'tombstone' || file.file_access === 'file_not_found') return gone(name);
  if (file.mode === 'hidden_by_limit') {
    return refusal(
      `${name} is hidden, because the workspace is over its storage limit.`,
      'Send the picture again.',
    );
  }
  if (file.file_access === 'access_denied') {
    return refusal(`Slack does not let the bot see ${name}.`, 'Send it in a channel that the bot is in.');
  }
  if (file.is_external || file.mode === 'external') {
    return refusal(`${name} is a link to a file that is not in Slack.`, sendItself);
  }
  if (file.mimetype && /^(video|audio)\//.test(file.mimetype)) {
    return new ChatReidError(
      'PICTURE_UNSUPPORTED',
      `${name} is a recording, not a picture.`,
      'Send a picture of the moment that matters.',
    );
  }
  return undefined;
}

/** Slack answers 200 with the page to log in on where the token or the scope does not open a file. */
function isLogIn(bytes: Uint8Array, { size }: SlackFile): boolean {
  if (bytes.length === size) return false;
  try {
    sniffFormat(bytes);
    return false;
  } catch (error) {
    return error instanceof ChatReidError && error.message.includes('web page');
  }
}

function noScope(): ChatReidError {
  return new ChatReidError(
    'PLATFORM_REFUSED',
    'Slack gave its log-in page instead of the picture: the app may not read files.',
    'Add files:read under OAuth & Permissions, install the app again, and give the new token to the bot.',
  );
}

function gone(name: string): ChatReidError {
  return new ChatReidError('PICTURE_UNREACHABLE', `${name} was deleted.`, 'Send the picture again.');
}

function refusal(message: string, next: string): ChatReidError {
  return new ChatReidError('REQUEST_REFUSED', message, next);
}

/** With the name of the file that it is about. */
function named(error: ChatReidError, name: string): ChatReidError {
  const { code, message, next, cause } = error;
  if (message.includes(name) || code === 'PLATFORM_REFUSED') return error;
  return new ChatReidError(code, `${name}: ${message}`, next, cause);
}

/** Shown, never trusted. */
function nameOf({ name, title }: SlackFile): string {
  return (
    harmless(name ?? title ?? '')
      .replace(/[\\/\n]/g, ' ')
      .trim()
      .slice(0, 100) || 'A file'
  );
}
