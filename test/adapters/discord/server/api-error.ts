/** A refusal as Discord words it: status, code, sentence, and where a form was wrong. */
import type { z } from 'zod';

export interface FormIssue {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
}

export interface ErrorTree {
  _errors?: { code: string; message: string }[];
  [part: string]: ErrorTree | { code: string; message: string }[] | undefined;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly errors?: ErrorTree,
  ) {
    super(message);
  }

  get body(): object {
    return { message: this.message, code: this.code, ...(this.errors && { errors: this.errors }) };
  }
}

/** Discord's refusals that this server knows, by name. */
export const refusals = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  notFound: () => new ApiError(404, 0, '404: Not Found'),
  methodNotAllowed: () => new ApiError(405, 0, '405: Method Not Allowed'),
  unknownChannel: () => new ApiError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiError(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiError(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiError(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new ApiError(404, 10063, 'Unknown application command'),
  tooLarge: () => new ApiError(413, 40005, 'Request entity too large'),
  acknowledged: () => new ApiError(400, 40060, 'Interaction has already been acknowledged.'),
  missingAccess: () => new ApiError(403, 50001, 'Missing Access'),
  otherAuthor: () => new ApiError(403, 50005, 'Cannot edit a message authored by another user'),
  empty: () => new ApiError(400, 50006, 'Cannot send an empty message'),
  cannotDm: () => new ApiError(403, 50007, 'Cannot send messages to this user'),
  missingPermissions: () => new ApiError(403, 50013, 'Missing Permissions'),
  wrongChannelType: () => new ApiError(400, 50024, 'Cannot execute action on this channel type'),
  invalidWebhookToken: () => new ApiError(401, 50027, 'Invalid Webhook Token'),
  archived: () => new ApiError(400, 50083, 'Thread is archived'),
  invalidJson: () => new ApiError(400, 50109, 'The request body contains invalid JSON.'),
  threadExists: () => new ApiError(400, 160004, 'A thread has already been created for this message'),
} as const;

/** 50035 with the tree of what was wrong where. */
export function invalidForm(issues: readonly FormIssue[]): ApiError {
  const tree: ErrorTree = {};
  for (const { path, code, message } of issues) {
    let node = tree;
    for (const step of path) {
      const part = String(step);
      node[part] ??= {};
      node = node[part] as ErrorTree;
    }
    node._errors ??= [];
    node._errors.push({ code, message });
  }
  return new ApiError(400, 50035, 'Invalid Form Body', tree);
}

/** @throws ApiError 50035 */
export function parseForm<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidForm(parsed.error.issues.map(formIssue));
}

function formIssue(issue: z.core.$ZodIssue): FormIssue {
  const { path } = issue;
  if (issue.code === 'too_big') {
    const most = Number(issue.maximum);
    if (issue.origin === 'string')
      return { path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${most} or fewer in length.` };
    if (issue.origin === 'array')
      return { path, code: 'BASE_TYPE_BAD_LENGTH', message: `Must be ${most} or fewer in length.` };
    return { path, code: 'NUMBER_TYPE_MAX', message: `int value should be less than or equal to ${most}.` };
  }
  if (issue.code === 'too_small') {
    const least = Number(issue.minimum);
    if (issue.origin === 'string' && least === 1)
      return { path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
    if (issue.origin === 'string' || issue.origin === 'array')
      return { path, code: 'BASE_TYPE_BAD_LENGTH', message: `Must be ${least} or more in length.` };
    return {
      path,
      code: 'NUMBER_TYPE_MIN',
      message: `int value should be greater than or equal to ${least}.`,
    };
  }
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.code;
    return { path, code: typeof code === 'string' ? code : 'BASE_TYPE_INVALID', message: issue.message };
  }
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return { path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value')
    return { path, code: 'BASE_TYPE_CHOICES', message: issue.message };
  return { path, code: 'BASE_TYPE_INVALID', message: issue.message };
}
