/** Words of people and of the bot as Slack's text, and back: nothing that somebody wrote is markup or calls anybody. */
import type { types } from '@slack/bolt';
import { harmless } from '../harmless.ts';
import { messageLimits } from './limits.ts';

/** `<!channel>`, `<@U1>`, links: without angle brackets and ampersands there are none. */
export function escaped(text: string): string {
  return harmless(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** At most so long, with an ellipsis where something is left out; neither characters nor `&amp;` and `<@U1>` are cut in two. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text
    .slice(0, Math.max(0, most - 1))
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/&[a-z]{0,4}$|<[^>\s]{0,40}$/, '');
  return `${kept}…`;
}

/** @param markup escaped already, where it holds words of somebody */
export function mrkdwn(markup: string, most: number = messageLimits.sectionText): types.MrkdwnElement {
  // Not verbatim, Slack would make links and mentions of bare words.
  return { type: 'mrkdwn', text: cut(markup, most), verbatim: true };
}

export function plain(text: string, most: number): types.PlainTextElement {
  return { type: 'plain_text', text: cut(harmless(text).trim() || '…', most), emoji: false };
}

/** A button, whose act or purpose stands in its value. */
export function button(
  label: string,
  actionId: string,
  more: { readonly value?: string; readonly style?: 'primary' | 'danger'; readonly about?: string } = {},
): types.Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plain(label, messageLimits.buttonText),
    ...(more.value === undefined ? {} : { value: more.value }),
    ...(more.style === undefined ? {} : { style: more.style }),
    ...(more.about === undefined
      ? {}
      : { accessibility_label: cut(harmless(more.about), messageLimits.accessibilityLabel) }),
  };
}

/** Whether a message calls somebody: `<@U1>`, or `<@U1|name>`. */
export function mentions(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`);
}

/** People, channels, groups, links: what Slack makes of words. `< 1.80` in a command, where nothing is escaped, is none. */
const entity = /<([@#!][^<>|\s]*|[a-z][a-z\d+.-]*:[^<>|\s]*)(?:\|([^<>]*))?>/gi;

/** What a person wrote, from the text of a message or a command: without the bot's own name, links as they were typed. */
export function writtenText(text: string, botUserId: string): string {
  return text
    .replace(entity, (_, target: string, label?: string) => {
      if (target === `@${botUserId}`) return ' ';
      return label === undefined ? bare(target) : labelled(target, label);
    })
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[^\S\n]+/g, ' ')
    .trim();
}

function labelled(target: string, label: string): string {
  if (target.startsWith('#')) return `#${label}`;
  if (target.startsWith('@')) return `@${label}`;
  return label || bare(target);
}

function bare(target: string): string {
  if (target.startsWith('!subteam^')) return '@group';
  if (target.startsWith('!date^')) return '';
  if (target.startsWith('!')) return `@${target.slice(1)}`;
  return target.replace(/^mailto:|^tel:/, '');
}
