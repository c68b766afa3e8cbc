/** Words for a server that tokenises them itself: whatever a user types must not become a control token there. */

/**
 * Puts a zero-width space after the `<` of everything that could be the name of a special token: `<|im_end|>`,
 * `</tool_call>`, `<image>` and the like, of any model family, so no list has to be kept. A tokenizer looks for such names
 * by exact text, so the changed one is plain text to it; the reader sees no difference and the model reads the same
 * letters. Words without such a name are not touched.
 *
 * Text that is sent in one piece must be given in one piece: a name could be put together from two.
 */
export function neutralizeControlTokens(text: string): string {
  return text.replace(/<(?=[^<>\s]{1,64}>)/g, `<${split}`);
}

/** ZERO WIDTH SPACE: kept by NFC and NFKC, the normal forms that tokenizers apply. */
const split = '\u200b';
