/** What the supervised engine tells a person when it cannot go on. */
import { ChatReidError } from '../../foundation/error.ts';

/**
 * @param when completes "The model process stopped ..."
 * @param how e.g. `signal SIGKILL` (what the system's out-of-memory killer sends) or `exit code 134`
 * @param lastWords end of the process's stderr; kept as the cause
 */
export function crashedError(when: string, how: string, lastWords: string): ChatReidError {
  return new ChatReidError(
    'ENGINE_CRASHED',
    `The model process stopped ${when} (${how}).`,
    'Ask again: it starts afresh. If it stops again there is probably too little memory: close other programs, ask about fewer candidates, or use a smaller model.',
    lastWords || undefined,
  );
}

/** @param when as for {@link crashedError} */
export function cutOffError(when: string): ChatReidError {
  return new ChatReidError(
    'ENGINE_CRASHED',
    `The model process had to be stopped ${when}: it hung over another question or over opening a model.`,
    'Ask again: it starts afresh.',
  );
}

export function slowStartError(timeoutMs: number): ChatReidError {
  return new ChatReidError(
    'ENGINE_TIMEOUT',
    `The model was not ready within ${timeoutMs / 1000} s.`,
    'Ask again; if it happens again, close other programs, use a smaller model or allow more time to start.',
  );
}

export function modelChangedError(folder: string): ChatReidError {
  return new ChatReidError(
    'MODEL_DAMAGED',
    `The files of the model folder ${folder} changed while it was in use.`,
    'Restart the program; if you did not mean to change the model, copy its folder again.',
  );
}
