/** One process at a time works on a run. */
import { ChatReidError } from '../../foundation/error.ts';
import { ProcessLock } from '../../foundation/process-lock.ts';
import { storageError } from '../../gallery/gallery-database.ts';

/** @throws ChatReidError EVALUATION_BUSY while another process, or this one, holds it; whatever the disk refuses */
export function takeRunLock(file: string): ProcessLock {
  const lock = locked(file);
  if (lock) return lock;
  throw new ChatReidError(
    'EVALUATION_BUSY',
    'Another chatreid process is working on this very evaluation.',
    'Wait until it has finished, or stop it; then run the same command again: it goes on where that one stopped.',
  );
}

function locked(file: string): ProcessLock | undefined {
  try {
    return ProcessLock.take(file);
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    throw /^SQLITE_(FULL|IOERR_WRITE)$/.test(code) ? storageError(error, file) : error;
  }
}
