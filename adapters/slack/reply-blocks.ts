/** A reply as Block Kit: whatever it holds, within Slack's limits. */
import type { types } from '@slack/bolt';
import type { Answer, Button, CandidateCard, PeopleChoice, Reply } from '../../src/conversation/reply.ts';
import { harmless } from '../harmless.ts';
import { actValue, type KeptActs } from './button-act.ts';
import { messageLimits, shownLimits } from './limits.ts';
import { ids } from './methods.ts';
import { button, cut, escaped, mrkdwn } from './mrkdwn.ts';

/** Files of ours at Slack that the reply shows. */
export interface ReplyPictures {
  /** The contact sheet. */
  readonly sheet?: string;
  /** The people to choose from, in their order. */
  readonly people?: readonly string[];
}

export interface RenderOptions {
  readonly pictures?: ReplyPictures;
  /** Markup: which press or command it answers, where no message of a person shows that. */
  readonly said?: string;
  /** Without buttons: for a message that only one person sees, which cannot be edited. */
  readonly still?: boolean;
}

export interface RenderedReply {
  readonly blocks: types.KnownBlock[];
  /** For notifications and for who cannot see blocks. */
  readonly text: string;
  /** To be kept before the blocks are posted. */
  readonly kept: KeptActs;
}

/** Characters; together with buttons and notes they stay under the sum that Slack takes. */
const most = { said: 200, line: 500, error: 1_200, paragraphs: 6_000, card: 250, question: 400, notes: 900 };

export function renderReply(reply: Reply, options: RenderOptions = {}): RenderedReply {
  const kept: KeptActs = new Map();
  const acts = new Buttons(kept);
  const { said, pictures = {}, still = false } = options;
  const { line, answer, people, question, error } = reply;
  const head = [
    ...(said ? [context(said, most.said)] : []),
    ...(line ? [section(`*Looking for* ${escaped(line)}`, most.line)] : []),
    ...(error ? [section(`:warning: *${escaped(error.message)}*\n${escaped(error.next)}`, most.error)] : []),
  ];
  const shown = still
    ? []
    : [
        ...(answer && pictures.sheet ? [sheet(answer, pictures.sheet)] : []),
        ...(answer ? cards(answer, acts) : []),
        ...(people ? choice(people, pictures.people ?? [], acts) : []),
        ...(question
          ? [
              section(`*${escaped(question.question.text)}*`, most.question),
              ...actions(question.buttons.map((one) => acts.of(one))),
            ]
          : []),
        ...chips(reply, acts),
        ...actions(beside(reply, acts)),
      ];
  const foot = notes(reply);
  const rest = messageLimits.blocksText - textLength([...head, ...shown, ...foot]);
  const blocks = [...head, ...paragraphs(reply.text, Math.min(rest, most.paragraphs)), ...shown, ...foot];
  return { blocks, text: fallback(reply), kept };
}

/** Makes buttons whose ids are unique in the message. */
class Buttons {
  #made = 0;

  constructor(private readonly kept: KeptActs) {}

  of({ label, act }: Button, more: { style?: 'primary'; about?: string } = {}): types.Button {
    return button(label, `${ids.act}.${++this.#made}`, { value: actValue(act, this.kept), ...more });
  }
}

function section(markup: string, longest: number): types.SectionBlock {
  return { type: 'section', text: mrkdwn(markup, longest) };
}

function context(markup: string, longest: number): types.ContextBlock {
  return { type: 'context', elements: [mrkdwn(markup, longest)] };
}

function actions(buttons: readonly types.Button[]): types.ActionsBlock[] {
  const elements = buttons.slice(0, messageLimits.actionElements);
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

/** As few sections as hold them; what does not fit ends with an ellipsis. */
function paragraphs(text: readonly string[], longest: number): types.SectionBlock[] {
  const sections: string[] = [];
  let left = longest;
  for (const paragraph of text.map(withVerdict).filter((one) => one.trim() !== '')) {
    if (left < 2) break;
    const markup = cut(paragraph, Math.min(left, messageLimits.sectionText));
    left -= markup.length + 2;
    const last = sections.at(-1);
    if (last !== undefined && last.length + markup.length + 2 <= messageLimits.sectionText) {
      sections[sections.length - 1] = `${last}\n\n${markup}`;
    } else sections.push(markup);
  }
  return sections.map((markup) => section(markup, messageLimits.sectionText));
}

/** `Found: a likeness …`: the verdict stands before the colon, and is what the eye should find. */
function withVerdict(paragraph: string): string {
  return escaped(paragraph).replace(
    /^(Found|Unsure|Probably not in this gallery|Not in this gallery):/,
    '*$1:*',
  );
}

function sheet({ cards: shown, scopeLine }: Answer, file: string): types.ImageBlock {
  const where = scopeLine === '' ? '' : `, ${scopeLine}`;
  const ranks = shown.map((card) => `${card.rank}: ${[card.confidenceText, ...facts(card)].join(', ')}`);
  const about = `Contact sheet of ${shown.length} candidates${where}. ${ranks.join('; ')}`;
  return { type: 'image', slack_file: { id: file }, alt_text: cut(harmless(about), messageLimits.altText) };
}

function cards({ cards: all }: Answer, acts: Buttons): types.KnownBlock[] {
  const shown = all.slice(0, shownLimits.cards);
  const mixed = shown.some(({ compared }) => compared) && shown.some(({ compared }) => !compared);
  return shown.flatMap((card) => [
    section(cardLine(card, mixed), most.card),
    ...actions(
      card.buttons.slice(0, 5).map((one) => acts.of(one, { about: `${one.label}: candidate ${card.rank}` })),
    ),
  ]);
}

function cardLine(card: CandidateCard, mixed: boolean): string {
  const parts = [card.confidenceText, ...facts(card)].map(escaped);
  if (mixed && !card.compared) parts.push('_by the filter alone_');
  return `*#${card.rank}*  ${parts.join(' · ')}`;
}

function facts({ camera, place, time }: CandidateCard): string[] {
  return [camera === undefined ? '' : `camera ${camera}`, place ?? '', time ?? ''].filter(
    (fact) => fact !== '',
  );
}

function choice({ people }: PeopleChoice, files: readonly string[], acts: Buttons): types.KnownBlock[] {
  const shown = people.slice(0, shownLimits.people);
  const pictured = shown.flatMap(({ number }, at): types.SectionBlock[] => {
    const id = files[at];
    if (id === undefined) return [];
    const about = `Person ${number}, counted from the left`;
    return [
      {
        ...section(`*Person ${number}*`, most.card),
        accessory: { type: 'image', slack_file: { id }, alt_text: about },
      },
    ];
  });
  return [
    ...pictured,
    ...actions(
      people
        .slice(0, messageLimits.actionElements)
        .map(({ button: one, number }) => acts.of(one, { about: `${one.label}: person ${number}` })),
    ),
  ];
}

/** A press takes one part of the search back. */
function chips({ chips: all }: Reply, acts: Buttons): types.KnownBlock[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, shownLimits.chips);
  const left = all.length - shown.length;
  const about =
    left > 0 ? `So far, and ${left} more; press one to take it back:` : 'So far; press one to take it back:';
  const buttons = shown.map(({ label, act }) =>
    acts.of({ label: `✕ ${label}`, act }, { about: `Take back: ${label}` }),
  );
  return [context(about, 200), ...actions(buttons)];
}

function beside({ buttons, answer }: Reply, acts: Buttons): types.Button[] {
  const own = buttons
    .slice(0, shownLimits.buttons)
    .map((one) => acts.of(one, standsOut(one) ? { style: 'primary' } : {}));
  // Where and when is asked in a form; before anybody is searched for there is nothing to restrict.
  return answer ? [...own, button('Filters', ids.openFilters)] : own;
}

/** What is waited for, or asked for most. */
function standsOut({ act }: Button): boolean {
  return act.act === 'more' || act.act === 'approve';
}

function notes({ stage, notes: all }: Reply): types.ContextBlock[] {
  const said = all.filter((note) => note.trim() !== '').map((note) => escaped(note));
  return [
    ...(said.length > 0 ? [context(said.join('\n'), most.notes)] : []),
    ...(stage === 'first'
      ? [context('_In the filter’s order; the language model is comparing …_', most.notes)]
      : []),
  ];
}

function fallback({ line, error, text, question }: Reply): string {
  const said = [
    line ? `Looking for ${line}` : '',
    error ? `${error.message} ${error.next}` : '',
    ...text,
    question?.question.text ?? '',
  ].filter((one) => one.trim() !== '');
  return cut(escaped(said.join('\n')), messageLimits.text) || 'An answer';
}

/** Characters of all texts in blocks. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textLength(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === 'text' && typeof one === 'string' ? one.length : textLength(one)),
    0,
  );
}
