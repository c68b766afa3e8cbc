/** What Discord takes, as data: longer texts are cut, further parts left out. */

export const discordLimits = {
  /** Characters of a message's own text. */
  content: 2000,
  embed: {
    /** Of all embeds of a message together: titles, descriptions, names and values of fields, footers. */
    total: 6000,
    title: 256,
    description: 4096,
    fields: 25,
    fieldName: 256,
    fieldValue: 1024,
    footer: 2048,
  },
  embeds: 10,
  /** Rows of a message; a select menu takes a whole one. */
  rows: 5,
  buttonsInRow: 5,
  buttonLabel: 80,
  customId: 100,
  select: { options: 25, label: 100, value: 100, description: 100, placeholder: 150 },
  autocomplete: { choices: 25, name: 100, value: 100 },
  command: { description: 100, options: 25 },
  threadName: 100,
  nonce: 25,
  files: 10,
  /** Characters that describe a file to who does not see it. */
  altText: 1024,
  /** Bytes of a file that a bot sends to a guild without boosts; an interaction says its own. */
  uploadBytes: 10 * 1024 * 1024,
  /** Bytes of a picture that somebody sends. */
  pictureBytes: 25 * 1024 * 1024,
  /** Milliseconds within which an interaction must be acknowledged. */
  acknowledgeMs: 3000,
  /** Milliseconds for which an interaction's token is good. */
  tokenMs: 15 * 60 * 1000,
  /** Messages of one page of a channel's history. */
  historyPage: 100,
} as const;

/** Hosts that attachments come from. */
export const attachmentHosts = ['cdn.discordapp.com', 'media.discordapp.net'] as const;
