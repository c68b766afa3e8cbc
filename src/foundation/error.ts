/** The one error type a person ever sees: what happened (code), why (cause) and what to do next. */

/**
 * Every code the product can answer with. One line a code; the sentence itself is written where the error is thrown,
 * because only that place knows the file, the picture or the address it is about.
 */
export const errorCodes = [
  'PICTURE_EMPTY',
  'PICTURE_NOT_A_PICTURE',
  'PICTURE_UNSUPPORTED',
  'PICTURE_DAMAGED',
  'PICTURE_TOO_LARGE',
  'MODEL_MISSING',
  'MODEL_DAMAGED',
  'MODEL_UNSUPPORTED',
  'ENGINE_CRASHED',
  'ENGINE_TIMEOUT',
  'ENGINE_CLOSED',
  'ENGINE_CANNOT',
  'PROMPT_TOO_LONG',
  'REMOTE_UNREACHABLE',
  'REMOTE_REFUSED',
  'REMOTE_BUSY',
  'REMOTE_PROTOCOL',
  'GALLERY_UNKNOWN',
  'GALLERY_EMPTY',
  'GALLERY_BUSY',
  'GALLERY_DAMAGED',
  'GALLERY_NOT_INDEXED',
  'PICTURE_UNKNOWN',
  'IMPORT_SOURCE_MISSING',
  'IMPORT_MANIFEST_INVALID',
  'IMPORT_ARCHIVE_UNSAFE',
  'DATASET_INVALID',
  'EVALUATION_BUSY',
  'CONVERSATION_DAMAGED',
  'CONVERSATION_BUSY',
  'TALK_UNKNOWN',
  'BACKUP_DAMAGED',
  'BACKUP_NEWER',
  'BACKUP_UNSAFE',
  'HOME_NOT_EMPTY',
  'HOME_IN_USE',
  'STATE_UNREACHABLE',
  'AUDIT_UNAVAILABLE',
  'AUDIT_DAMAGED',
  'STORAGE_FULL',
  'STORAGE_DENIED',
  'STORAGE_FAILED',
  'QUERY_EMPTY',
  'QUERY_WORDS_UNSUPPORTED',
  'OPTION_INVALID',
  'PLATFORM_UNREACHABLE',
  'PLATFORM_REFUSED',
  'PLATFORM_BUSY',
  'PICTURE_UNREACHABLE',
  'SIGN_IN_NEEDED',
  'ACCESS_DENIED',
  'CASE_NEEDED',
  'APPROVAL_NEEDED',
  'REQUEST_REFUSED',
  'REQUEST_INVALID',
  'UPLOAD_TOO_LARGE',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What an error looks like once it has crossed a process or is printed with `--json`. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** The next thing to do, as a sentence for the person who reads it. */
  readonly next: string;
  readonly cause?: string;
}

export class ChatReidError extends Error {
  override readonly name = 'ChatReidError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The next thing to do, as a sentence for the person who reads it. */
    readonly next: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  /** Plain data that survives IPC, a log line and JSON. Stack traces stay behind. */
  report(): ErrorReport {
    const cause = this.cause === undefined ? {} : { cause: messageOf(this.cause) };
    return { code: this.code, message: this.message, next: this.next, ...cause };
  }

  static from(report: ErrorReport): ChatReidError {
    return new ChatReidError(report.code, report.message, report.next, report.cause);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Any thrown value as a ChatReidError: ours pass through, the operating system's storage errors get their own code,
 * an abort becomes CANCELLED, and everything else is INTERNAL with the original kept as its cause.
 */
export function asChatReidError(error: unknown, doing: string): ChatReidError {
  if (error instanceof ChatReidError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (/^(ENOSPC|EDQUOT|EFBIG|SQLITE_FULL)$/.test(String(code))) {
    return new ChatReidError(
      'STORAGE_FULL',
      `The disk is full (while ${doing}).`,
      'Free some space, then run the same command again: it goes on where it stopped.',
      error,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || isImpossibleFolder(error)) {
    return new ChatReidError(
      'STORAGE_DENIED',
      isImpossibleFolder(error)
        ? `A folder cannot be made there (while ${doing}).`
        : `No permission to read or write a file (while ${doing}).`,
      'Check the permissions of CHATREID_HOME and of the named file, or set CHATREID_HOME to a folder you can write.',
      error,
    );
  }
  if (code === 'EIO') {
    return new ChatReidError(
      'STORAGE_FAILED',
      `The disk failed (while ${doing}).`,
      'Check the disk and its file system, then run the same command again; restore a backup if it fails the same way.',
      error,
    );
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new ChatReidError(
      'CANCELLED',
      `Cancelled while ${doing}.`,
      'Ask again when you are ready.',
      error,
    );
  }
  return new ChatReidError(
    'INTERNAL',
    `Something went wrong while ${doing}: ${messageOf(error)}`,
    'Run the command again; if it fails the same way, report it with this message.',
    error,
  );
}

/** A path below a file, or on a disk that takes no folders (/proc answers ENOENT). */
function isImpossibleFolder(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall === 'mkdir' && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EEXIST');
}
