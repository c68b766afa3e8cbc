/** A call's own signal: follows the caller's and the clock, and lets go of both. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { cancellationError, LinkedAbort, throwIfAborted } from '../../../src/engine/call/cancellation.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';

describe('LinkedAbort', () => {
  it('follows a signal that is aborted before or later, with its reason', () => {
    expect(new LinkedAbort(AbortSignal.abort('why')).signal.reason).toBe('why');
    const outer = new AbortController();
    const linked = new LinkedAbort(outer.signal);
    expect(linked.signal.aborted).toBe(false);
    outer.abort('why');
    expect(linked.signal.reason).toBe('why');
  });

  it('leaves no listener behind on a signal that lives on', () => {
    const { signal } = new AbortController();
    const many = Array.from({ length: 50 }, () => new LinkedAbort(signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(50);
    for (const linked of many) linked.release();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('runs out of time, unless its timer is started anew or released', async () => {
    const late = new LinkedAbort(undefined, 1);
    const released = new LinkedAbort(undefined, 1);
    const renewed = new LinkedAbort(undefined, 1);
    released.release();
    renewed.restartTimer(60_000);
    await new Promise((resolve) => late.signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(() => throwIfAborted(late.signal)).toThrow(expect.objectContaining({ code: 'ENGINE_TIMEOUT' }));
    expect(released.signal.aborted).toBe(false);
    expect(renewed.signal.aborted).toBe(false);
    renewed.release();
  });
});

describe('cancellationError', () => {
  it('tells a cancelled call from one that took too long and one with a reason of its own', () => {
    expect(cancellationError(AbortSignal.abort().reason)).toMatchObject({ code: 'CANCELLED' });
    expect(cancellationError('whatever')).toMatchObject({ code: 'CANCELLED' });
    expect(cancellationError(new DOMException('late', 'TimeoutError'))).toMatchObject({
      code: 'ENGINE_TIMEOUT',
    });
    const own = new ChatReidError('ENGINE_CLOSED', 'closed', 'Start again.');
    expect(cancellationError(own)).toBe(own);
  });
});
