/** Discord's documented limits as the server holds them: written down apart from the adapter's own, so that one slip hides no other. */
export const limits = {
  /** Characters. */
  content: 2000,
  embeds: 10,
  embed: {
    title: 256,
    description: 4096,
    fields: 25,
    fieldName: 256,
    fieldValue: 1024,
    footer: 2048,
    author: 256,
    /** Characters of all embeds of a message together. */
    total: 6000,
  },
  rows: 5,
  rowButtons: 5,
  customId: 100,
  buttonLabel: 80,
  buttonUrl: 512,
  selectOptions: 25,
  selectText: 100,
  selectPlaceholder: 150,
  /** Components of a message with the flag IS_COMPONENTS_V2, nested ones too, and the characters of its texts. */
  laidOut: { components: 40, text: 4000 },
  modal: { title: 45, components: 5, label: 45, description: 100, placeholder: 100, value: 4000, files: 10 },
  files: 10,
  fileDescription: 1024,
  /** Bytes of one file where nobody boosts the server. */
  fileBytes: 10 * 1024 * 1024,
  nonce: 25,
  threadName: 100,
  command: {
    name: 32,
    description: 100,
    options: 25,
    choices: 25,
    choice: 100,
    /** Characters of names, descriptions and values of a command. */
    total: 8000,
    slash: 100,
    context: 15,
  },
  /** Milliseconds in which an interaction must be acknowledged. */
  acknowledge: 3000,
  /** Milliseconds for which the token of an interaction is good. */
  token: 15 * 60_000,
  /** Milliseconds for which an address of an attachment is good. */
  attachmentUrl: 24 * 60 * 60_000,
  /** What a client may send over the gateway in a minute. */
  gatewaySends: 120,
  /** Bytes of one gateway payload that a client sends. */
  gatewayBytes: 4096,
} as const;
