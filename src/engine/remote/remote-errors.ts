/** What went wrong between here and a model server, as errors with a next step. Never with the key in them. */
import { APIConnectionError, APIError } from 'openai';
import { ChatReidError, messageOf } from '../../foundation/error.ts';

export interface RemoteContext {
  /** The server's address without credentials. */
  readonly server: string;
  readonly model: string;
  /** Every secret that a server might repeat in its message. */
  readonly secrets: readonly string[];
}

const maxMessage = 300;
const startServer =
  'Start the server with, for example: vllm serve MODEL --max-logprobs 20 --limit-mm-per-prompt \'{"image": 32}\'.';

/** @param error anything thrown by the client while it asked */
export function remoteError(error: unknown, context: RemoteContext): ChatReidError {
  if (error instanceof ChatReidError) return error;
  const said = redact(deepMessage(error), context.secrets);
  const { server } = context;
  if (error instanceof APIConnectionError) return unreachableError(server, said);
  if (error instanceof APIError && typeof error.status === 'number') {
    return statusError(error.status, said, context);
  }
  if (isBrokenConnection(error)) return unreachableError(server, said);
  return protocolError(`its answer could not be read`, server, said);
}

function statusError(status: number, said: string, { server, model }: RemoteContext): ChatReidError {
  const refused = (what: string, next: string) => new ChatReidError('REMOTE_REFUSED', what, next, said);
  if (status === 401) {
    return refused(`The model server ${server} did not accept the key.`, 'Check the key for the server.');
  }
  if (status === 403) {
    return refused(
      `The key may not use the model “${model}” on ${server}.`,
      'Ask whoever runs the server for the right to use it, or choose another model.',
    );
  }
  if (status === 404) {
    return refused(
      `The server ${server} knows no model “${model}”, or its chat API is elsewhere.`,
      'Compare the name with what GET /v1/models lists, and see that the address ends in /v1.',
    );
  }
  if (status === 429) return busyError(server, said);
  if (status >= 500) {
    return new ChatReidError(
      'REMOTE_UNREACHABLE',
      `The model server ${server} keeps failing (HTTP ${status}).`,
      'Look into the log of the server, then ask again.',
      said,
    );
  }
  if (/context.?length|maximum.{0,20}length|too long|too many tokens/i.test(said)) {
    return new ChatReidError(
      'PROMPT_TOO_LONG',
      'The question and its pictures are more than the remote model can take.',
      'Ask about fewer or smaller pictures, or start the server with a larger --max-model-len.',
      said,
    );
  }
  if (/logprobs/i.test(said)) return protocolError('it gives no log-probabilities', server, said);
  if (/image|multi.?modal/i.test(said)) {
    return refused(
      `The model server ${server} did not take the pictures (HTTP ${status}): ${said}`,
      startServer,
    );
  }
  return refused(
    `The model server ${server} refused the question (HTTP ${status}): ${said}`,
    'Look into the log of the server.',
  );
}

export function unreachableError(server: string, cause: string): ChatReidError {
  return new ChatReidError(
    'REMOTE_UNREACHABLE',
    `The model server ${server} cannot be reached.`,
    'See that it is running and that the address is right, then ask again.',
    cause,
  );
}

/** A connection that breaks while the body is read comes as fetch's own TypeError ("terminated"). */
export function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError && /terminated|fetch failed|network|socket/i.test(error.message);
}

/** @param waitS what the server asks to wait, in seconds, where it says so */
export function busyError(server: string, cause: string, waitS?: number): ChatReidError {
  const wait = waitS === undefined ? 'later' : `in ${Math.ceil(waitS)} s`;
  return new ChatReidError(
    'REMOTE_BUSY',
    `The model server ${server} has too much to do.`,
    `Ask again ${wait}, or allow fewer requests at a time.`,
    cause,
  );
}

/** @param what completes "The model server cannot be used: ..." */
export function protocolError(what: string, server: string, cause?: string): ChatReidError {
  return new ChatReidError(
    'REMOTE_PROTOCOL',
    `The model server ${server} cannot be used: ${what}.`,
    startServer,
    cause,
  );
}

export function redact(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((rest, secret) => (secret ? rest.replaceAll(secret, '***') : rest), text);
  return clean.length > maxMessage ? `${clean.slice(0, maxMessage)}…` : clean;
}

/** fetch hides the reason ("ECONNREFUSED") in the cause of the cause. */
function deepMessage(error: unknown): string {
  const messages: string[] = [];
  for (let at: unknown = error; at instanceof Error && messages.length < 4; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code;
    messages.push(at.message || (typeof code === 'string' ? code : at.name));
  }
  return messages.length > 0 ? [...new Set(messages)].join(': ') : messageOf(error);
}
