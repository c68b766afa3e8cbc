/** Is a piece of HTML or SVG put together correctly? A small reader of tags, strict where browsers forgive. */

const empty = new Set(['meta', 'img', 'br', '!doctype']);

/** @returns what is wrong, one entry each: tags that do not match, attributes that are not quoted, NaN in a drawing */
export function faults(text: string): string[] {
  const found: string[] = [];
  const open: string[] = [];
  const tags = /<(\/?)([!\w-]+)((?:[^"<>]|"[^"]*")*?)(\/?)>|<style>[^<]*<\/style>/g;
  let last = 0;
  for (const match of text.matchAll(tags)) {
    const between = text.slice(last, match.index);
    if (between.includes('<')) found.push(`stray <: ${between.slice(0, 60)}`);
    last = match.index + match[0].length;
    const [, closing, name, attributes = '', selfClosed] = match;
    if (name === undefined) continue;
    if (/\sid="([^"]*)"/.test(attributes)) {
      const id = /\sid="([^"]*)"/.exec(attributes)?.[1] as string;
      if (text.split(` id="${id}"`).length > 2) found.push(`id ${id} twice`);
    }
    if (/=[^"]/.test(attributes.replace(/"[^"]*"/g, '""'))) found.push(`unquoted: ${match[0]}`);
    if (/NaN|undefined|Infinity/.test(attributes)) found.push(`no number: ${match[0]}`);
    if (closing) {
      const expected = open.pop();
      if (expected !== name) found.push(`</${name}> closes ${expected}`);
    } else if (!selfClosed && !empty.has(name.toLowerCase())) open.push(name);
  }
  if (text.slice(last).includes('<')) found.push('stray < at the end');
  if (open.length > 0) found.push(`never closed: ${open.join(' ')}`);
  return [...new Set(found)];
}
