/** What the bot says of itself: galleries, what is running, how to ask. Only who asked sees it. */
import type { Asker } from '../../src/conversation/asker.ts';
import { helpText } from '../../src/conversation/replies/help-text.ts';
import { discordLimits } from './limits.ts';
import { cut, escaped } from './markdown.ts';
import type { DiscordOptions } from './options.ts';

const mostNames = 20;

export type Tellable = Pick<DiscordOptions, 'galleries' | 'status'>;

/** @returns paragraphs in Discord's markup */
export async function tell(
  what: 'gallery' | 'status' | 'help',
  { galleries, status }: Tellable,
  {
    asker,
    only,
    readsMessages,
  }: { readonly asker: Asker; readonly only?: string; readonly readsMessages: boolean },
): Promise<string[]> {
  if (what === 'help') return help(readsMessages);
  if (what === 'status') {
    const said = (await status?.(asker)) ?? [];
    const reading = readsMessages
      ? 'Plain messages in the threads of searches are read.'
      : 'Plain messages are not read here: use the buttons, /refine, or write to the bot directly.';
    return ['**Running**', ...said.map(escaped), reading];
  }
  const list = (await galleries?.list(asker)) ?? [];
  const shown = list.filter(({ name }) => only === undefined || name === only);
  if (shown.length === 0) {
    return [
      only === undefined
        ? 'There is no gallery yet.'
        : `There is no gallery ${escaped(only)}. There are: ${escaped(list.map(({ name }) => name).join(', '))}`,
    ];
  }
  const lines = shown.map(
    ({ name, pictures, cameras, places }) =>
      `**${escaped(name)}** · ${pictures.toLocaleString('en-US')} pictures\n${escaped(`Cameras: ${names(cameras)}`)}\n${escaped(`Places: ${names(places)}`)}`,
  );
  return [cut(lines.join('\n'), discordLimits.embed.description)];
}

function help(readsMessages: boolean): string[] {
  return [
    '**/find** looks for a person: a photo, words, or both; **private** shows the answers to you alone.',
    readsMessages
      ? 'Every search has a thread: write there to go on. **/refine** does the same.'
      : 'Go on with **/refine** and with the buttons under an answer.',
    '**/register** keeps pictures, **/gallery** and **/status** say what there is, **/forget** removes the talk or a picture.',
    'On any message with a picture: Apps, then *Find this person* or *Use as query*.',
    ...helpText.map(escaped),
  ];
}

function names(all: readonly string[]): string {
  if (all.length === 0) return 'none';
  const shown = all.slice(0, mostNames).join(', ');
  return all.length > mostNames ? `${shown} and ${all.length - mostNames} more` : shown;
}
