/** Errors as people see them, and where the program keeps its things. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { homeFolder } from '../../src/foundation/home.ts';

describe('asChatReidError', () => {
  const system = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

  it.each([
    ['ENOSPC', 'STORAGE_FULL'],
    ['EDQUOT', 'STORAGE_FULL'],
    ['EACCES', 'STORAGE_DENIED'],
    ['EPERM', 'STORAGE_DENIED'],
    ['EROFS', 'STORAGE_DENIED'],
    ['EIO', 'STORAGE_FAILED'],
    ['EMFILE', 'INTERNAL'],
  ])('turns %s into %s, and keeps the cause', (from, to) => {
    const cause = system(from);
    const error = asChatReidError(cause, 'testing');
    expect(error).toMatchObject({ code: to, cause, message: expect.stringContaining('testing') });
    expect(error.next).toMatch(/\w.*\.$/);
  });

  it('turns an abort into CANCELLED', () => {
    const abort = new AbortController();
    abort.abort();
    expect(asChatReidError(abort.signal.reason, 'testing').code).toBe('CANCELLED');
  });

  it('passes its own through, and takes anything that is thrown', () => {
    const own = new ChatReidError('QUERY_EMPTY', 'Nothing was asked.', 'Ask something.');
    expect(asChatReidError(own, 'testing')).toBe(own);
    for (const thrown of ['text', 7, null, undefined]) {
      expect(asChatReidError(thrown, 'testing')).toMatchObject({ code: 'INTERNAL' });
    }
  });

  it('survives the way to another process', () => {
    const error = asChatReidError(system('ENOSPC'), 'testing');
    const there = ChatReidError.from(JSON.parse(JSON.stringify(error.report())));
    expect(there.report()).toEqual(error.report());
    expect(there.report()).toMatchObject({ code: 'STORAGE_FULL', cause: 'ENOSPC: it failed' });
  });
});

describe('homeFolder', () => {
  it('is CHATREID_HOME, made absolute', () => {
    const home = homeFolder({ CHATREID_HOME: ' somewhere ' });
    expect(home.root).toBe(resolve('somewhere'));
    for (const folder of [home.galleries, home.cache]) expect(folder.startsWith(home.root)).toBe(true);
  });

  it('is the platform’s data folder otherwise', () => {
    for (const env of [{}, { CHATREID_HOME: '' }, { CHATREID_HOME: '  ' }]) {
      expect(homeFolder(env).root).toMatch(/chatreid$/i);
    }
  });
});
