/** The bot's questions as people ask them. */
import type { AttributeName, Trait } from '../../foundation/person-attributes.ts';
import { an } from '../../retrieval/traits/trait-words.ts';

const things: Readonly<Partial<Record<AttributeName, string>>> = {
  hat: 'Was the person wearing a hat or a cap?',
  backpack: 'Was the person carrying a backpack?',
  bag: 'Was the person carrying a shoulder bag?',
  handbag: 'Was the person carrying a handbag?',
};

const plurals = new Set(['trousers', 'shorts']);

/**
 * @param known what is known of the person: somebody in a skirt is asked after the colour of the skirt
 */
export function questionText(name: AttributeName, value: string, known: readonly Trait[] = []): string {
  const thing = things[name];
  if (thing !== undefined) return thing;
  switch (name) {
    case 'age':
      return value === 'elderly' ? 'Was the person elderly?' : `Was it ${an(value)}?`;
    case 'hair':
      return `Did the person have ${value} hair?`;
    case 'top':
      return `Was the top ${value}?`;
    case 'sleeves':
      return `Did the top have ${value} sleeves?`;
    case 'bottom':
      return bottomText(value, known);
    case 'legwear':
      return `Was the person wearing ${plurals.has(value) ? value : an(value)}?`;
    default:
      return `Was it ${an(value)}?`;
  }
}

function bottomText(colour: string, known: readonly Trait[]): string {
  const worn = known.find(({ name, present }) => name === 'legwear' && present)?.value;
  if (worn === undefined) return `Were the trousers, shorts or skirt ${colour}?`;
  return `${plurals.has(worn) ? 'Were' : 'Was'} the ${worn} ${colour}?`;
}
