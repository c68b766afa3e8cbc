/** Pictures inside the terminal: which protocol where, and that what is written draws the picture. */
import { PassThrough } from 'node:stream';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { askForSixel, inlinePicture, protocolOf } from '../../../adapters/terminal/inline-picture.ts';
import { sixels } from '../../../adapters/terminal/sixel.ts';

const esc = '\u001b';

test.each([
  [{}, 'none'],
  [{ TERM: 'dumb', KITTY_WINDOW_ID: '1' }, 'none'],
  [{ TERM: 'xterm-kitty' }, 'kitty'],
  [{ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }, 'kitty'],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'ghostty' }, 'kitty'],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, 'iterm'],
  [{ TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }, 'iterm'],
  [{ TERM: 'xterm-256color' }, undefined],
  [{ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1', TMUX: '/tmp/x' }, undefined],
  [{ TERM: 'screen', TERM_PROGRAM: 'iTerm.app' }, undefined],
])('the environment %j means %s', (env, protocol) => {
  expect(protocolOf(env)).toBe(protocol);
});

/** A terminal that answers the question what it is with these characters. */
function answering(answer: string) {
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  const stdout = new PassThrough();
  stdout.on('data', (asked: Buffer) => {
    expect(asked.toString()).toBe('\u001b[c');
    if (answer !== '') stdin.write(answer);
  });
  return { stdin, stdout, raw };
}

test('a terminal that answers with attribute 4 draws sixels, and keys pressed meanwhile are not lost', async () => {
  const { stdin, stdout, raw } = answering('hi\u001b[?62;4;22c');
  expect(await askForSixel(stdin, stdout)).toBe(true);
  expect(String(stdin.read())).toBe('hi');
  expect(raw).toEqual([true, false]);
  const plain = answering('\u001b[?1;2c');
  expect(await askForSixel(plain.stdin, plain.stdout)).toBe(false);
});

test('a terminal that says nothing gets no picture', async () => {
  const { stdin, stdout } = answering('');
  expect(await askForSixel(stdin, stdout)).toBe(false);
});

const noise = await sharp({
  create: {
    width: 90,
    height: 70,
    channels: 3,
    background: '#000',
    noise: { type: 'gaussian', mean: 128, sigma: 60 },
  },
})
  .png()
  .toBuffer();

test("kitty's pieces are at most 4,096 characters and are the picture together", async () => {
  const drawn = await inlinePicture(noise, 'kitty', 80);
  const pieces = [...drawn.matchAll(new RegExp(`${esc}_G([^;]*);([^${esc}]*)${esc}\\\\`, 'g'))];
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces[0]![1]).toBe('a=T,f=100,q=2,c=79,m=1');
  expect(pieces.slice(1).map(([, keys]) => keys)).toEqual([...pieces.slice(2).map(() => 'm=1'), 'm=0']);
  for (const [, , piece] of pieces) expect(piece!.length).toBeLessThanOrEqual(4096);
  expect(Buffer.from(pieces.map(([, , piece]) => piece).join(''), 'base64').equals(noise)).toBe(true);
});

test("iTerm2's sequence holds the picture", async () => {
  const drawn = await inlinePicture(noise, 'iterm', 80);
  const [, size, picture] = new RegExp(
    `^${esc}\\]1337;File=inline=1;size=(\\d+);width=79;preserveAspectRatio=1:(.*)\u0007\n$`,
  ).exec(drawn)!;
  expect(Number(size)).toBe(noise.length);
  expect(Buffer.from(picture!, 'base64').equals(noise)).toBe(true);
});

test('"none" writes nothing', async () => {
  expect(await inlinePicture(noise, 'none', 80)).toBe('');
});

test('sixels draw the very pixels', () => {
  const [width, height] = [13, 8];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % 5) * 51);
  expect(pixelsOf(sixels({ width, height, data }))).toEqual({ width, height, data });
});

test('a picture of many colours is drawn in at most 256, near the colours it has', async () => {
  const drawn = pixelsOf((await inlinePicture(noise, 'sixel', 200)).trimEnd());
  const { data, info } = await sharp(noise).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([drawn.width, drawn.height]).toEqual([info.width, info.height]);
  const colours = new Set<number>();
  let difference = 0;
  for (let i = 0; i < data.length; i += 3) {
    colours.add((drawn.data[i]! << 16) | (drawn.data[i + 1]! << 8) | drawn.data[i + 2]!);
    for (const c of [0, 1, 2]) difference += Math.abs(drawn.data[i + c]! - data[i + c]!);
  }
  expect(colours.size).toBeLessThanOrEqual(256);
  expect(difference / data.length).toBeLessThan(24);
});

/** A terminal's reading of sixels: registers in percent, a band six pixels high. */
function pixelsOf(sequence: string) {
  const [, w, h, body] = new RegExp(`^${esc}Pq"1;1;(\\d+);(\\d+)(.*)${esc}\\\\$`, 's').exec(sequence)!;
  const [width, height] = [Number(w), Number(h)];
  const data = new Uint8Array(width * height * 3);
  const registers = new Map<number, number[]>();
  let [x, top, colour] = [0, 0, 0];
  for (const [token] of body!.matchAll(/#\d+(?:;\d+)*|!\d+[?-~]|[$\-?-~]/g)) {
    if (token.startsWith('#')) {
      const [number, system, ...rgb] = token.slice(1).split(';').map(Number);
      colour = number!;
      if (system !== undefined)
        registers.set(
          colour,
          rgb.map((value) => Math.round((value / 100) * 255)),
        );
    } else if (token === '$') x = 0;
    else if (token === '-') {
      x = 0;
      top += 6;
    } else {
      const count = token.startsWith('!') ? Number(token.slice(1, -1)) : 1;
      const mask = token.charCodeAt(token.length - 1) - 63;
      for (let end = x + count; x < end; x++) {
        for (let row = 0; row < 6; row++) {
          if (mask & (1 << row)) data.set(registers.get(colour)!, ((top + row) * width + x) * 3);
        }
      }
    }
  }
  return { width, height, data };
}
