/** What a storage of talks refused, as an error with a next step. */
import { ChatReidError, messageOf } from '../../foundation/error.ts';
import { isDamage, storageError } from '../../gallery/gallery-database.ts';

/** @param where a file, or an address without its password */
export function storageFailure(error: unknown, where: string): ChatReidError {
  if (error instanceof ChatReidError) return error;
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  if (isDamage(code)) {
    return new ChatReidError(
      'CONVERSATION_DAMAGED',
      `The file that holds the talks is damaged: ${where}`,
      'Move it away to begin with no talks, or restore it from a backup. Galleries are kept elsewhere and are not touched.',
      error,
    );
  }
  if (code.startsWith('SQLITE_') || /^E(NOSPC|DQUOT|FBIG|ACCES|PERM|ROFS)$/.test(code)) {
    return storageError(error, where);
  }
  return new ChatReidError(
    'STATE_UNREACHABLE',
    `The storage of the talks, ${where}, does not answer: ${messageOf(error)}`,
    'Check that it is running and that CHATREID_STATE_URL names it; nothing that was accepted is lost.',
    error,
  );
}

/** Without user and password. */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
