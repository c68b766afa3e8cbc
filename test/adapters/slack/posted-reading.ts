/** What a person sees of a reply in Slack, read from the blocks that were posted. */
import type { CandidateCard } from '../../../src/conversation/reply.ts';
import type { ShownReply } from '../adapter-contract.ts';
import type { SlackMessage } from './server/workspace.ts';

interface Element {
  readonly type: string;
  readonly action_id?: string;
  readonly value?: string;
  readonly text?: { readonly text: string };
}
export interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly elements?: readonly (Element & { readonly text?: unknown })[];
  readonly accessory?: { readonly slack_file?: { readonly id: string } };
  readonly slack_file?: { readonly id: string };
}
export interface Payload {
  readonly to?: string;
  readonly stage?: string;
  readonly key?: string;
  readonly decision?: string;
  readonly error?: string;
}

export function blocksOf(message: { readonly blocks?: unknown }): readonly Block[] {
  return (message.blocks ?? []) as readonly Block[];
}

export function payloadOf(message: { readonly metadata?: unknown }): Payload {
  return (message.metadata as { event_payload?: Payload } | undefined)?.event_payload ?? {};
}

/** Labels of all buttons, in order. */
export function labelsOf(message: { readonly blocks?: unknown }): string[] {
  return buttonsOf(message).map(({ label }) => label);
}

export function buttonsOf(message: { readonly blocks?: unknown }): { label: string; value: string }[] {
  return blocksOf(message)
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements = [] }) => elements as readonly Element[])
    .map(({ text, value }) => ({ label: text?.text ?? '', value: value ?? '' }));
}

/** All texts of sections and contexts. */
export function wordsOf(message: { readonly blocks?: unknown }): string {
  return blocksOf(message)
    .flatMap(({ text, elements = [] }) => [
      text?.text ?? '',
      ...(elements as readonly { text?: string | object }[]).map(({ text: one }) =>
        typeof one === 'string' ? one : '',
      ),
    ])
    .join('\n');
}

export function cardsOf(message: { readonly blocks?: unknown }): CandidateCard[] {
  const blocks = blocksOf(message);
  return blocks.flatMap((block, at): CandidateCard[] => {
    const card = /^\*#(\d+)\*\s+(.*)$/.exec(block.text?.text ?? '');
    if (!card) return [];
    const [confidenceText = '', ...facts] = (card[2] ?? '').split(' · ');
    const value = (blocks[at + 1]?.elements as readonly Element[] | undefined)?.[0]?.value ?? '{}';
    const { picture } = JSON.parse(value) as { picture?: { pictureId: string } };
    return [
      {
        rank: Number(card[1]),
        pictureId: picture?.pictureId ?? '',
        confidence: Number.parseFloat(confidenceText) / 100,
        confidenceText: unescaped(confidenceText),
        compared: !facts.includes('_by the filter alone_'),
        source: '',
        buttons: [],
      },
    ];
  });
}

export function shownReply(message: SlackMessage): ShownReply {
  const { decision, error } = payloadOf(message);
  const words = wordsOf(message).split('\n');
  const line = words.find((one) => one.startsWith('*Looking for* '))?.slice('*Looking for* '.length);
  const buttons = buttonsOf(message);
  const answer = buttons.flatMap(({ value }) => /"question":"([^"]+)"/.exec(value)?.[1] ?? [])[0];
  const people = buttons.filter(({ value }) => value.includes('"act":"person"'));
  const told = words.find((one) => one.startsWith(':warning: '));
  return {
    ...(line === undefined ? {} : { line: unescaped(line) }),
    chips: buttons
      .filter(({ label }) => label.startsWith('✕ '))
      .map(({ label, value }) => ({ label: label.slice(2), act: JSON.parse(value) })),
    ...(answer === undefined ? {} : { question: { question: { id: answer }, buttons: [] } }),
    ...(people.length === 0 ? {} : { people: { frameId: '', people } }),
    ...(decision === undefined ? {} : { decision }),
    ...(error === undefined ? {} : { error: { code: error, message: unescaped(told ?? '') } }),
    cards: cardsOf(message),
  } as unknown as ShownReply;
}

function unescaped(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
