/** Reads a post as a person does: what it says, which candidates it shows, and what its buttons do. */
import { decoded } from '../../../adapters/discord/act-code.ts';
import { colours, comparing, markerOf } from '../../../adapters/discord/reply-embed.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { CandidateCard } from '../../../src/conversation/reply.ts';
import type { ErrorCode } from '../../../src/foundation/error.ts';
import type { Question } from '../../../src/conversation/question.ts';
import type { ShownReply } from '../adapter-contract.ts';
import type { Message } from './server/message.ts';

export interface Post extends ShownReply {
  readonly words: string;
  readonly menus: readonly { readonly placeholder: string; readonly acts: readonly (Act | undefined)[] }[];
}

/** The message that a post answers. */
export function answered(message: Message): string | undefined {
  return /ref (\d+)$/.exec([message.content, footerOf(message)].join('\n'))?.[1];
}

export function isFinal(message: Message): boolean {
  return answered(message) !== undefined && !footerOf(message).startsWith(comparing);
}

export function answers(message: Message, id: string): boolean {
  return message.here && footerOf(message).endsWith(markerOf(id));
}

export function readPost(message: Message): Post {
  const [embed] = message.embeds;
  const words = embed?.description ?? message.content;
  const line = /^\*\*Looking for\*\* (.*)$/m.exec(words)?.[1];
  const [, said = '', code] = /^(.*)\n.*`([A-Z_]+)`$/m.exec(words) ?? [];
  const controls = message.components.flatMap<Control>((row) =>
    'components' in row ? (row.components as readonly Control[]) : [],
  );
  const buttons = controls.filter(({ type }) => type === 2);
  const selects = controls.filter(({ type }) => type === 3);
  const chips = selects.find(({ custom_id }) => custom_id === 'menu-chips')?.options ?? [];
  const persons = selects.find(({ custom_id }) => custom_id === 'menu-people')?.options ?? buttons;
  const decision = Object.entries(colours).find(([, colour]) => colour === embed?.color)?.[0];
  const question = buttons
    .map(({ custom_id }) => decoded(custom_id))
    .find((act) => act?.act === 'answer')?.question;
  const people = persons.filter(({ value, custom_id }) => decoded(value ?? custom_id)?.act === 'person');
  const cards = cardsOf(selects);
  return {
    words,
    ...(line === undefined ? {} : { line: unescaped(line) }),
    chips: chips.map(({ label, value }) => ({ label, act: decoded(value ?? '') ?? { act: 'help' } })),
    cards,
    ...(decision && decision !== 'said' && decision !== 'error' ? { decision } : {}),
    ...(question === undefined ? {} : { question: { question: { id: question } as Question, buttons: [] } }),
    ...(people.length > 0 ? { people: { frameId: '', people: people.map(personOf) } } : {}),
    ...(code === undefined ? {} : { error: { code: code as ErrorCode, message: unescaped(said) } }),
    menus: selects.map(({ placeholder = '', options = [] }) => ({
      placeholder,
      acts: options.map(({ value }) => decoded(value ?? '')),
    })),
  };
}

interface Control {
  readonly type: number;
  readonly custom_id: string;
  readonly placeholder?: string;
  readonly options?: readonly {
    readonly label: string;
    readonly value?: string;
    readonly custom_id: string;
  }[];
  readonly value?: string;
}

/** From the menu that rules candidates out: it has all of them, by their pictures. */
function cardsOf(selects: readonly Control[]): CandidateCard[] {
  const menu = selects.find(({ options }) => decoded(options?.[0]?.value ?? '')?.act === 'exclude');
  return (menu?.options ?? []).flatMap(({ label, value }) => {
    const act = decoded(value ?? '');
    const [, rank, confidenceText = ''] = /#(\d+) · (.*)$/.exec(label) ?? [];
    const ref = act?.act === 'exclude' ? act.pictures[0] : undefined;
    if (!ref || !('pictureId' in ref)) return [];
    const { pictureId } = ref;
    return [
      {
        rank: Number(rank),
        pictureId,
        confidence: 0,
        confidenceText,
        compared: false,
        source: '',
        buttons: [],
      },
    ];
  });
}

function personOf(_: unknown, at: number) {
  const box = { left: 0, top: 0, width: 0, height: 0 };
  const number = at + 1;
  return { number, pictureId: '', box, button: { label: '', act: { act: 'person' as const, number } } };
}

function footerOf({ embeds }: Message): string {
  return embeds[0]?.footer?.text ?? '';
}

function unescaped(text: string): string {
  return text.replace(/\\([^\p{L}\p{N}\s])/gu, '$1');
}
