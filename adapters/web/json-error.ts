/** An error as the page gets it: a status and `{ code, message, next }`. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { asChatReidError, ChatReidError, type ErrorCode } from '../../src/foundation/error.ts';

const statuses: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  SIGN_IN_NEEDED: 401,
  REQUEST_REFUSED: 403,
  ACCESS_DENIED: 403,
  CASE_NEEDED: 403,
  APPROVAL_NEEDED: 403,
  REQUEST_INVALID: 400,
  UPLOAD_TOO_LARGE: 413,
  PICTURE_EMPTY: 400,
  PICTURE_NOT_A_PICTURE: 400,
  PICTURE_UNSUPPORTED: 400,
  PICTURE_DAMAGED: 400,
  PICTURE_TOO_LARGE: 413,
  PICTURE_UNKNOWN: 404,
  GALLERY_UNKNOWN: 404,
  TALK_UNKNOWN: 404,
  GALLERY_EMPTY: 404,
  OPTION_INVALID: 400,
  QUERY_EMPTY: 400,
  GALLERY_BUSY: 503,
  AUDIT_UNAVAILABLE: 503,
  STORAGE_FULL: 507,
};

export function statusOf(code: ErrorCode): ContentfulStatusCode {
  return statuses[code] ?? 500;
}

export function jsonError(error: unknown, context: Context): Response {
  const known = asRequestError(error);
  const { code, message, next } = known.report();
  // The cause may name paths of this machine: it is for the log, not for the page.
  return context.json({ code, message, next }, statusOf(code));
}

function asRequestError(error: unknown): ChatReidError {
  if (!(error instanceof HTTPException)) return asChatReidError(error, 'answering the page');
  return error.status === 413 ? tooMuch() : invalid(error.message || 'The request cannot be read.');
}

export function invalid(message: string, next = 'Reload the page and try again.'): ChatReidError {
  return new ChatReidError('REQUEST_INVALID', message, next);
}

export function refused(message: string, next: string): ChatReidError {
  return new ChatReidError('REQUEST_REFUSED', message, next);
}

export function tooMuch(message = 'This is more than one request may bring.'): ChatReidError {
  return new ChatReidError('UPLOAD_TOO_LARGE', message, 'Send fewer or smaller pictures at a time.');
}
