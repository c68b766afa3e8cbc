/** The home tab: this person's recent searches, the galleries, help. */
import type { types } from '@slack/bolt';
import type { ListedTalk } from '../../src/conversation/conversations.ts';
import type { ListedGallery } from '../gallery-list.ts';
import { placeOf } from './conversation-names.ts';
import { messageLimits, shownLimits } from './limits.ts';
import { ids } from './methods.ts';
import { button, cut, escaped, mrkdwn } from './mrkdwn.ts';

export interface HomeOptions {
  /** The latest first. */
  readonly talks: readonly ListedTalk[];
  readonly galleries: readonly ListedGallery[];
  readonly help: readonly string[];
  /** `https://site.slack.com/` */
  readonly workspaceUrl: string;
}

export function homeView({ talks, galleries, help, workspaceUrl }: HomeOptions): types.HomeView {
  const searches = talks.slice(0, shownLimits.searches).map((talk) => searchLine(talk, workspaceUrl));
  const shown = galleries.slice(0, shownLimits.galleries).map(galleryLine);
  return {
    type: 'home',
    blocks: [
      section(
        '*Find a person in camera pictures*\nSend me a photo, or describe the person: here, in a channel that I am in, or with `/find`.',
      ),
      { type: 'actions', elements: [button('New search', ids.openFind, { style: 'primary' })] },
      { type: 'divider' },
      section('*Your recent searches*'),
      ...(searches.length > 0 ? searches : [section('_None yet._')]),
      ...(shown.length > 0 ? [{ type: 'divider' } as const, section('*Galleries*'), ...shown] : []),
      { type: 'divider' },
      section('*What you can say*'),
      ...help.map((paragraph) => section(escaped(paragraph))),
    ],
  };
}

function section(markup: string): types.SectionBlock {
  return { type: 'section', text: mrkdwn(markup, messageLimits.sectionText) };
}

function searchLine({ conversation, line, asked, at }: ListedTalk, workspaceUrl: string): types.SectionBlock {
  const name = cut(escaped((asked ?? '').trim() || line || 'A search'), 300);
  const seconds = Math.floor(Date.parse(at) / 1000);
  const when = Number.isFinite(seconds) ? ` · <!date^${seconds}^{date_short_pretty} {time}|${at}>` : '';
  const link = linkOf(conversation, workspaceUrl);
  const understood = line !== '' && line !== asked ? `\n${cut(escaped(line), 300)}` : '';
  return section(`${link ? `<${link}|Open>  ` : ''}${name}${when}${understood}`);
}

function linkOf(conversation: string, workspaceUrl: string): string | undefined {
  const place = placeOf(conversation);
  if (!place) return undefined;
  const { channel, thread } = place;
  const base = workspaceUrl.replace(/\/?$/, '/');
  return thread === undefined
    ? `${base}archives/${channel}`
    : `${base}archives/${channel}/p${thread.replace('.', '')}?thread_ts=${thread}&amp;cid=${channel}`;
}

function galleryLine({ name, pictures, cameras, places }: ListedGallery): types.SectionBlock {
  const facts = [
    pictures === 1 ? '1 picture' : `${pictures.toLocaleString('en-US')} pictures`,
    cameras.length > 0 ? `cameras ${cameras.join(', ')}` : '',
    places.join(', '),
  ].filter((fact) => fact !== '');
  return section(`*${cut(escaped(name), 100)}*\n${cut(escaped(facts.join(' · ')), 500)}`);
}
