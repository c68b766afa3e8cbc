/** Words without what no platform should be sent: signs that nobody sees, or that turn the direction of writing around. */

const lineEnds = /\r\n?/g;
const controls = /[^\P{Cc}\n]/gu;
/** Halves of characters are in no request that can be read. */
const misleading = /[\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;

export function harmless(text: string): string {
  return text.replace(lineEnds, '\n').replace(controls, ' ').replace(misleading, '\ufffd');
}
