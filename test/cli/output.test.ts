/** Tables, notes and progress: readable for people, safe against what files are called, the same at any width. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { counted, megabytes, Output, printable } from '../../src/cli/output.ts';
import { PhasedProgress, progressOn } from '../../src/cli/progress.ts';

function output(env: NodeJS.ProcessEnv = {}, isTTY = false) {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return {
    out: new Output(stdout, stderr, env, false),
    json: new Output(stdout, stderr, env, true),
    stdout: () => read(stdout),
    stderr: () => read(stderr),
  };
}

test('text from files can neither move the cursor nor turn the line round', () => {
  expect(printable('a\u001b[31mb\u0007\u202ec\nd')).toBe('a\ufffd[31mb\ufffd\ufffdc d');
  const { out, stdout } = output({}, true);
  out.table([{ title: 'place' }], [['\u001b[2JHall']]);
  expect(stdout()).not.toContain('\u001b[2J');
});

test('colours only on a terminal that wants them', () => {
  const coloured = (env: NodeJS.ProcessEnv, isTTY: boolean) =>
    output(env, isTTY).out.style('bold', 'x').includes('\u001b');
  expect(coloured({}, true)).toBe(true);
  expect(coloured({}, false)).toBe(false);
  expect(coloured({ NO_COLOR: '1' }, true)).toBe(false);
  expect(coloured({ TERM: 'dumb' }, true)).toBe(false);
  expect(coloured({ FORCE_COLOR: '1' }, false)).toBe(true);
});

test('with --json there is the document and nothing else', () => {
  const { json, stdout, stderr } = output();
  json.print('words');
  json.table([{ title: 'a' }], [['b']]);
  json.error({ code: 'INTERNAL', message: 'm', next: 'n', cause: 'c' });
  expect(JSON.parse(stdout())).toEqual({ error: { code: 'INTERNAL', message: 'm', next: 'n', cause: 'c' } });
  expect(stderr()).toBe('');
});

test('numbers as people write them', () => {
  expect([counted(1, 'picture'), counted(19732, 'picture')]).toEqual(['1 picture', '19,732 pictures']);
  expect([megabytes(1), megabytes(5 * 1024 * 1024), megabytes(300e6)]).toEqual(['1 KB', '5.0 MB', '286 MB']);
});

test('without a terminal, progress is a line every five seconds with rate and remaining time', () => {
  let now = 0;
  const stream = new PassThrough();
  const progress = progressOn(stream, { noun: 'pictures', now: () => now });
  for (let done = 0; done <= 2000; done += 100) {
    progress.update(done, 10_000);
    now += 1000;
  }
  progress.stop();
  const lines = String(stream.read()).trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('500 of 10,000 pictures · 100 a second · 1:35 left');
});

test('on a terminal, progress is one line that is drawn anew and cleared at the end', () => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    cursorTo: () => true,
    clearLine: () => true,
  });
  const progress = new PhasedProgress(stream);
  progress.update('pictures', 64, 1280, { perSecond: 41.6, secondsLeft: 29.2 });
  progress.stop();
  const drawn = String(stream.read());
  expect(drawn).toContain('64 of 1,280 pictures · 42/s · 0:30 left');
  progress.stop();
});
