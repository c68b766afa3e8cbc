/** An act as a button's or an option's id, which has a hundred characters: short acts are spelled out, long ones are kept under a token. */
import { createHash } from 'node:crypto';
import type { Act, Part, PictureRef } from '../../src/conversation/act.ts';
import { readActs } from '../act-schema.ts';
import type { Journal } from '../journal.ts';
import { discordLimits } from './limits.ts';

/** Of this layout: ids on older messages keep their meaning for ever. */
const version = '1';
const kept = `${version}k.`;

const parts: readonly Part[] = [
  'words',
  'pictures',
  'exclusions',
  'cameras',
  'places',
  'time',
  'answers',
  'gallery',
];
const answers = { y: 'yes', n: 'no', u: 'unknown' } as const;
const bare = { m: 'more', z: 'undo', r: 'reset', h: 'help' } as const;
const onOne = { u: 'choose', d: 'describe', w: 'why' } as const;
const onTwo = { c: 'compare', v: 'verify' } as const;

/** `1u.` and the picture, `1m`, `1ay.top=red`. @returns undefined for an act that is too long, or is seldom on a button */
export function codeOf(act: Act): string | undefined {
  const code = spelled(act);
  if (code === undefined) return undefined;
  const whole = version + code;
  return whole.length <= discordLimits.customId && sameAct(decoded(whole), act) ? whole : undefined;
}

/** Acts that `codeOf` does not spell are kept in the journal; the same act has the same id. */
export class ActCodes {
  constructor(private readonly journal: Journal) {}

  async encode(act: Act): Promise<string> {
    const code = codeOf(act);
    if (code !== undefined) return code;
    const token = tokenOf(act);
    await this.journal.remember(`act/${token}`, act);
    return kept + token;
  }

  /** Buttons of a talk that was forgotten: words of people stand in their acts. */
  async forget(acts: readonly Act[]): Promise<void> {
    const long = acts.filter((act) => codeOf(act) === undefined);
    if (long.length > 0) await this.journal.dismiss(long.map((act) => `act/${tokenOf(act)}`));
  }

  /** @returns undefined for what is no act of ours, or not kept any more */
  async decode(code: string): Promise<Act | undefined> {
    if (!code.startsWith(kept)) return decoded(code);
    const token = code.slice(kept.length);
    if (!/^[\w-]{32}$/.test(token)) return undefined;
    return checked(await this.journal.recall(`act/${token}`));
  }
}

function tokenOf(act: Act): string {
  return createHash('sha256').update(JSON.stringify(act)).digest('base64url').slice(0, 32);
}

function spelled(act: Act): string | undefined {
  const one = act.act;
  const short = letterOf(bare, one);
  if (short !== undefined) return short;
  if (act.act === 'person') return `p.${act.number}`;
  if (act.act === 'answer') return `a${letterOf(answers, act.value)}${suffix(act.question)}`;
  if (act.act === 'lift') return `l${parts.indexOf(act.part)}${suffix(act.value)}`;
  if (act.act === 'exclude') return pictureCode('x', act.pictures);
  if (act.act === 'show' && !act.add) return pictureCode('s', act.pictures);
  if (act.act === 'why' && act.picture === undefined) return 'w';
  if (act.act === 'choose' || act.act === 'describe' || act.act === 'why') {
    return pictureCode(letterOf(onOne, act.act)!, [act.picture!]);
  }
  if (act.act === 'compare' || act.act === 'verify') {
    return pictureCode(letterOf(onTwo, act.act)!, [act.first, act.second]);
  }
  return undefined;
}

/** @returns undefined for what is no act of ours */
export function decoded(code: string): Act | undefined {
  if (!code.startsWith(version)) return undefined;
  const dot = code.indexOf('.');
  const head = code.slice(version.length, dot < 0 ? undefined : dot);
  const rest = dot < 0 ? undefined : code.slice(dot + 1);
  return checked(actOf(head, rest));
}

function actOf(head: string, rest: string | undefined): unknown {
  const [letter = '', more = ''] = head;
  if (rest === undefined && Object.hasOwn(bare, head)) return { act: bare[head as keyof typeof bare] };
  if (head === 'w' && rest === undefined) return { act: 'why' };
  if (head === 'p') return { act: 'person', number: Number(rest) };
  if (letter === 'a' && head.length === 2) {
    const value = answers[more as keyof typeof answers];
    return { act: 'answer', ...(rest === undefined ? {} : { question: rest }), value };
  }
  if (letter === 'l' && head.length === 2) {
    return { act: 'lift', part: parts[Number(more)], ...(rest === undefined ? {} : { value: rest }) };
  }
  const pictures = (rest ?? '').split('.').map(pictureOf);
  if (head === 'x') return { act: 'exclude', pictures };
  if (head === 's') return { act: 'show', pictures };
  if (Object.hasOwn(onOne, head)) return { act: onOne[head as keyof typeof onOne], picture: pictures[0] };
  if (Object.hasOwn(onTwo, head)) {
    return { act: onTwo[head as keyof typeof onTwo], first: pictures[0], second: pictures[1] };
  }
  return undefined;
}

/** 32 bytes are 43 signs of base64. */
function pictureCode(letter: string, pictures: readonly PictureRef[]): string | undefined {
  const codes = pictures.map((ref) => {
    if ('rank' in ref) return `r${ref.rank}`;
    if ('query' in ref) return 'q';
    return 'pictureId' in ref ? Buffer.from(ref.pictureId, 'hex').toString('base64url') : undefined;
  });
  return codes.includes(undefined) ? undefined : `${letter}.${codes.join('.')}`;
}

function pictureOf(code: string): unknown {
  if (code === 'q') return { query: true };
  if (/^r\d{1,5}$/.test(code)) return { rank: Number(code.slice(1)) };
  return { pictureId: Buffer.from(code, 'base64url').toString('hex') };
}

function letterOf(letters: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(letters).find(([, value]) => value === name)?.[0];
}

function suffix(value: string | undefined): string {
  return value === undefined ? '' : `.${value}`;
}

/** What comes back from Discord is anybody's. */
function checked(act: unknown): Act | undefined {
  if (act === undefined) return undefined;
  try {
    return readActs(JSON.stringify([act]), 'UTC')[0];
  } catch {
    return undefined;
  }
}

function sameAct(one: Act | undefined, other: Act): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(act: object | undefined): unknown {
  return act && Object.entries(act).sort(([a], [b]) => (a < b ? -1 : 1));
}
