/** Every act of a reply as a button or a menu's option, within five rows. */
import type { Act } from '../../src/conversation/act.ts';
import type { Button, CandidateCard, Reply } from '../../src/conversation/reply.ts';
import { discordLimits } from './limits.ts';
import { cut, plain } from './markdown.ts';
import { whereOf } from './reply-embed.ts';

const types = { row: 1, button: 2, select: 3 } as const;
const styles = { primary: 1, secondary: 2 } as const;

export interface DiscordButton {
  readonly type: typeof types.button;
  readonly style: number;
  readonly label: string;
  readonly custom_id: string;
}

export interface DiscordOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
}

export interface DiscordSelect {
  readonly type: typeof types.select;
  readonly custom_id: string;
  readonly placeholder: string;
  readonly min_values: number;
  readonly max_values: number;
  readonly options: readonly DiscordOption[];
}

export interface Row {
  readonly type: typeof types.row;
  readonly components: readonly (DiscordButton | DiscordSelect)[];
}

type Encode = (act: Act) => Promise<string>;

/** Menus have names of their own; what was chosen in one stands in its values. */
export const menuIds = { cards: 'cards', chips: 'chips', people: 'people' } as const;

/** Who is asked something answers first; what does not fit any more can be typed, or said with /refine. */
export async function componentRows(reply: Reply, encode: Encode): Promise<Row[]> {
  const { answer, question, people, buttons, chips } = reply;
  const used = new Set<string>();
  const asked = await buttonRows(question?.buttons ?? [], styles.primary, encode, used);
  const whom = await peopleRows(
    (people?.people ?? []).map(({ button }) => button),
    encode,
    used,
  );
  const beside = await buttonRows(buttons, styles.secondary, encode, used);
  const taken = await chipsMenu(chips, encode);
  const room = discordLimits.rows - asked.length - whom.length - beside.length - taken.length;
  const menus = await cardMenus(answer?.cards ?? [], room, encode);
  return [...asked, ...whom, ...menus, ...taken, ...beside].slice(0, discordLimits.rows);
}

async function buttonRows(
  buttons: readonly Button[],
  style: number,
  encode: Encode,
  used: Set<string>,
): Promise<Row[]> {
  const made: DiscordButton[] = [];
  for (const { label, act } of buttons) {
    const custom_id = await encode(act);
    // Discord refuses a message in which two have one id; one of them is enough.
    if (used.has(custom_id)) continue;
    used.add(custom_id);
    const shown = act.act === 'approve' ? styles.primary : style;
    made.push({
      type: types.button,
      style: shown,
      label: labelled(label, discordLimits.buttonLabel),
      custom_id,
    });
  }
  const rows: Row[] = [];
  for (let at = 0; at < made.length; at += discordLimits.buttonsInRow) {
    rows.push(row(...made.slice(at, at + discordLimits.buttonsInRow)));
  }
  return rows;
}

async function peopleRows(buttons: readonly Button[], encode: Encode, used: Set<string>): Promise<Row[]> {
  if (buttons.length <= discordLimits.buttonsInRow) return buttonRows(buttons, styles.primary, encode, used);
  const options = await Promise.all(buttons.map(({ label, act }) => optionOf(label, act, encode)));
  return menu(menuIds.people, 'Who is meant?', options, 1);
}

async function chipsMenu(chips: Reply['chips'], encode: Encode): Promise<Row[]> {
  const options = await Promise.all(chips.map(({ label, act }) => optionOf(label, act, encode)));
  return menu(menuIds.chips, 'Take something back …', options, 1);
}

/** A menu for each thing that can be done with a candidate; where there is no room, those for one candidate are one menu. */
async function cardMenus(cards: readonly CandidateCard[], room: number, encode: Encode): Promise<Row[]> {
  const labels = [...new Set(cards.flatMap(({ buttons }) => buttons.map(({ label }) => label)))];
  const groups = labels.map((label) => ({
    label,
    entries: cards.flatMap((card) => {
      const button = card.buttons.find((one) => one.label === label);
      return button ? [{ card, button }] : [];
    }),
  }));
  const many = groups.filter(({ entries }) => entries.every(({ button }) => button.act.act === 'exclude'));
  const single = groups.filter((group) => !many.includes(group));
  const together = groups.length > room && single.length > 1;
  const one = {
    label: single.map(({ label }) => label).join(' / '),
    entries: single.flatMap(({ entries }) => entries),
  };
  const menus = together ? [one, ...many] : groups;
  const rows: Row[] = [];
  for (const [at, { label, entries }] of menus.entries()) {
    const named = together && label === one.label;
    const options = await Promise.all(
      entries.map(({ card, button }) => {
        const name = `#${card.rank} · ${card.confidenceText}`;
        const what = named ? `${button.label} ${name}` : name;
        return optionOf(what, button.act, encode, whereOf(card).join(' · '));
      }),
    );
    const several = many.some((group) => group.label === label);
    const most = several ? Math.min(options.length, discordLimits.select.options) : 1;
    rows.push(...menu(`${menuIds.cards}${at}`, `${label} …`, options, most));
  }
  return rows.slice(0, Math.max(room, 0));
}

async function optionOf(label: string, act: Act, encode: Encode, about = ''): Promise<DiscordOption> {
  const limits = discordLimits.select;
  const description = cut(plain(about), limits.description);
  return {
    label: labelled(label, limits.label),
    value: await encode(act),
    ...(description === '' ? {} : { description }),
  };
}

function menu(id: string, placeholder: string, options: readonly DiscordOption[], most: number): Row[] {
  const limits = discordLimits.select;
  const different = options.filter(({ value }, at) => options.findIndex((one) => one.value === value) === at);
  const shown = different.slice(0, limits.options);
  if (shown.length === 0) return [];
  const custom_id = `menu-${id}`;
  return [
    row({
      type: types.select,
      custom_id,
      placeholder: cut(plain(placeholder), limits.placeholder),
      min_values: 1,
      max_values: Math.min(most, shown.length),
      options: shown,
    }),
  ];
}

/** Discord demands at least one character. */
function labelled(label: string, most: number): string {
  return cut(plain(label), most) || '…';
}

function row(...components: Row['components']): Row {
  return { type: types.row, components };
}
