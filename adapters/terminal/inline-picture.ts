/** A picture inside the terminal, where the terminal can: by kitty's protocol, by iTerm2's, or as sixels. */
import type { Readable, Writable } from 'node:stream';
import { sixels } from './sixel.ts';

export const inlineProtocols = ['kitty', 'iterm', 'sixel', 'none'] as const;
export type InlineProtocol = (typeof inlineProtocols)[number];

const esc = '\u001b';

/** How long a terminal may take to say what it is, in milliseconds. Every one in use answers at once, over a network too. */
const patience = 300;

/** @returns undefined where the environment does not say: the terminal has to be asked */
export function protocolOf(env: NodeJS.ProcessEnv): InlineProtocol | undefined {
  const { TERM = '', TERM_PROGRAM = '' } = env;
  if (TERM === '' || TERM === 'dumb' || TERM === 'linux') return 'none';
  // What runs inside a multiplexer inherits the names of a terminal that it does not talk to.
  if (env.TMUX || /^(screen|tmux)/.test(TERM)) return undefined;
  if (
    env.KITTY_WINDOW_ID ||
    TERM === 'xterm-kitty' ||
    /^(ghostty|xterm-ghostty)$/.test(TERM_PROGRAM || TERM)
  ) {
    return 'kitty';
  }
  if (/^(iTerm\.app|WezTerm)$/.test(TERM_PROGRAM) || env.LC_TERMINAL === 'iTerm2') return 'iterm';
  return undefined;
}

export type Keyboard = Readable & { setRawMode?(raw: boolean): unknown };

/**
 * Asks the terminal what it is (primary device attributes, which every terminal answers and none prints): attribute 4 is
 * sixel graphics. Keys that were pressed meanwhile are put back.
 */
export async function askForSixel(stdin: Keyboard, stdout: Writable): Promise<boolean> {
  if (!stdin.setRawMode) return false;
  stdin.setRawMode(true);
  try {
    const { answer, typed } = await deviceAttributes(stdin, stdout);
    if (typed !== '') stdin.unshift(Buffer.from(typed, 'latin1'));
    return answer.includes('4');
  } finally {
    stdin.setRawMode(false);
  }
}

function deviceAttributes(
  stdin: Readable,
  stdout: Writable,
): Promise<{ readonly answer: readonly string[]; readonly typed: string }> {
  return new Promise((resolve) => {
    let heard = '';
    const finish = () => {
      clearTimeout(timer);
      stdin.off('data', listen);
      stdin.pause();
      const found = attributes.exec(heard);
      resolve({ answer: found?.[1]?.split(';') ?? [], typed: heard.replace(attributes, '') });
    };
    const listen = (bytes: Buffer | string) => {
      heard += typeof bytes === 'string' ? bytes : bytes.toString('latin1');
      if (attributes.test(heard)) finish();
    };
    const timer = setTimeout(finish, patience);
    stdin.on('data', listen);
    stdout.write(`${esc}[c`);
  });
}

const attributes = new RegExp(`${esc}\\[\\?([\\d;]*)c`);

/** @param columns width of the terminal in characters. @returns the characters that show it at the cursor; '' for `none` */
export async function inlinePicture(png: Buffer, protocol: InlineProtocol, columns: number): Promise<string> {
  const width = Math.max(1, Math.min(columns - 1, 120));
  switch (protocol) {
    case 'kitty':
      return kitty(png, width);
    case 'iterm':
      return `${esc}]1337;File=inline=1;size=${png.length};width=${width};preserveAspectRatio=1:${png.toString('base64')}\u0007\n`;
    case 'sixel':
      return `${await sixelPicture(png, width)}\n`;
    case 'none':
      return '';
  }
}

/** In pieces of at most 4,096 characters, with answers switched off. */
function kitty(png: Buffer, columns: number): string {
  const pieces = png.toString('base64').match(/.{1,4096}/g) ?? [];
  return `${pieces
    .map((piece, i) => {
      const first = i === 0 ? `a=T,f=100,q=2,c=${columns},` : '';
      return `${esc}_G${first}m=${i < pieces.length - 1 ? 1 : 0};${piece}${esc}\\`;
    })
    .join('')}\n`;
}

/** Eight pixels a character is what the narrowest usual cell has. */
async function sixelPicture(png: Buffer, columns: number): Promise<string> {
  const { default: sharp } = await import('sharp');
  const few = await sharp(png)
    .resize({ width: columns * 8, withoutEnlargement: true })
    .png({ palette: true, colours: 255 })
    .toBuffer();
  const { data, info } = await sharp(few)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sixels({ width: info.width, height: info.height, data });
}
