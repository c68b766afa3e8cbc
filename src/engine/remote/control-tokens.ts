/** Words for a server that tokenises them itself: whatever a user types must not become a control token there. */

/**
 * Puts a zero-width space behind the opening bracket of everything that could be the name of a special token in angle or
 * square brackets: `<|im_end|>`, `</tool_call>`, `<image>`, `[INST]`, `[IMG]` and the like. These are the two forms in
 * which the known model families write such names, so no list of them has to be kept; a family with names of another
 * form is not covered. A tokenizer looks for a name by exact text, so the changed one is plain text to it; the reader sees
 * no difference and the model reads the same letters. Words without such a name are not touched.
 *
 * Text that is sent in one piece must be given in one piece: a name could be put together from two.
 */
export function neutralizeControlTokens(text: string): string {
  return text.replace(angle, `<${split}`).replace(square, `[${split}`);
}

const angle = /<(?=[^<>\s]{1,64}>)/g;
/** Names in square brackets begin with a letter: `[1]` and `[A]` stay as they are. */
const square = /\[(?=\/?\p{L}[^[\]\s]{1,63}\])/gu;

/** ZERO WIDTH SPACE: kept by NFC and NFKC, the normal forms that tokenizers apply. */
const split = '\u200b';
