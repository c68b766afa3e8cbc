/** Says what whoever starts a talk has to know of where talks are kept: that the file was damaged and put aside. */
import { printable } from './output.ts';
import type { Work } from './shell.ts';

export async function tellOfStorage({ out, parts }: Pick<Work, 'out' | 'parts'>): Promise<void> {
  const { note } = await parts.storage();
  if (note !== undefined) out.note(`Note: ${printable(note)}`);
}
