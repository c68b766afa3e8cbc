/** What words about people mean as attributes. */
import type { AttributeName } from '../../foundation/person-attributes.ts';

export type Term =
  | { readonly kind: 'colour'; readonly value: string }
  /** Hat, backpack, bag, handbag: there or not. */
  | { readonly kind: 'thing'; readonly name: AttributeName }
  /** Clothes that a colour before or after belongs to, with what the word itself says. */
  | {
      readonly kind: 'clothes';
      readonly parts: readonly ('top' | 'bottom')[];
      readonly says?: readonly (readonly [AttributeName, string])[];
    }
  | {
      readonly kind: 'values';
      readonly says: readonly (readonly [AttributeName, string])[];
      readonly denied?: boolean;
    }
  /** A noun of something that is no attribute, and has the colour before it. */
  | { readonly kind: 'other' };

const table = new Map<string, Term>();

function put(words: string, term: Term): void {
  for (const word of words.split(',')) table.set(word.trim(), term);
}

const colours: Readonly<Record<string, string>> = {
  black: 'black, jet black, blk, blck',
  white: 'white, off-white, off white, cream, ivory, wht',
  red: 'red, burgundy, maroon, crimson, scarlet',
  purple: 'purple, violet, lilac, lavender, magenta, plum',
  yellow: 'yellow, mustard, ylw, golden',
  gray: 'gray, grey, silver, charcoal, greyish, grayish, gry, grey-ish',
  blue: 'blue, navy, navy blue, turquoise, denim blue, sky blue, bluish, blu, navy-blue, royal blue, baby blue',
  green: 'green, olive, khaki green, lime, lime green, olive green, teal, greenish, grn',
  pink: 'pink, pinkish, salmon, fuchsia',
  brown: 'brown, beige, tan, khaki, camel, brownish, brn, sand coloured',
  orange: 'orange',
};
for (const [value, words] of Object.entries(colours)) put(words, { kind: 'colour', value });

/** Every word for a colour, the longer ones first, with its shade: "dark blue". */
export const colourWords = `(?:(?:dark|light|bright|pale|deep)[- ])?(${Object.values(colours)
  .flatMap((words) => words.split(', '))
  .sort((a, b) => b.length - a.length)
  .join('|')})`;

put(
  'hat, hats, cap, caps, beanie, baseball cap, bobble hat, helmet, fedora, beret, visor, bucket hat, snapback, woolly hat, woolly, trilby, sun hat, top hat, bonnet, straw hat, flat cap, ball cap, woollen hat, bowler hat, cowboy hat, trapper hat, skull cap, toque, headgear',
  { kind: 'thing', name: 'hat' },
);
put(
  'backpack, backpacks, rucksack, back pack, bag pack, bagpack, knapsack, packsack, school bag, schoolbag, daypack, bag on his back, bag on her back, bag on the back',
  {
    kind: 'thing',
    name: 'backpack',
  },
);
put(
  'bag, bags, shoulder bag, messenger bag, tote, tote bag, duffel, duffel bag, duffle bag, gym bag, sports bag, satchel, crossbody bag, sling bag, holdall, laptop bag, bumbag, fanny pack, bum bag, belt bag, courier bag, travel bag',
  { kind: 'thing', name: 'bag' },
);
put(
  'handbag, handbags, purse, clutch, hand bag, shopping bag, shopping bags, plastic bag, carrier bag, paper bag',
  {
    kind: 'thing',
    name: 'handbag',
  },
);

put(
  'top, shirt, jacket, coat, hoodie, hoody, sweater, sweatshirt, jumper, pullover, blouse, cardigan, blazer, parka, anorak, fleece, raincoat, rain jacket, rain coat, windbreaker, puffer, jersey, tunic, gilet, bomber, overcoat, trench coat, trenchcoat, waistcoat, vest, hi-vis, hi vis, hivis, jackets, shirts, upper, flannel, dress shirt, puffer jacket, suit jacket, knit, knitwear, puffa, puffa jacket, mac, mack, mackintosh, body warmer, bodywarmer, quarter zip, quarter-zip, button-down, button down, button-up, button up, polo neck, turtleneck, turtle neck, roll neck, hooded top, hooded jacket, zip-up, zip up, rugby shirt, football shirt, leather jacket, denim jacket, jean jacket, bomber jacket, duffle coat, duffel coat, trench, winter coat, down jacket, softshell, cagoule, crewneck, high vis, high-vis, hi-viz, hi viz, jkt, jckt, uppers',
  { kind: 'clothes', parts: ['top'] },
);
put(
  't-shirt, tshirt, t shirt, tee, polo, polo shirt, tank top, crop top, tee shirt, t-shirts, tees, singlet, tshrt',
  {
    kind: 'clothes',
    parts: ['top'],
    says: [['sleeves', 'short']],
  },
);
put(
  'trousers, pants, jeans, leggings, joggers, chinos, slacks, sweatpants, sweat pants, bottoms, tracksuit bottoms, cargos, cargo pants, trackies, jogging bottoms, yoga pants, trouser, joggies, sweats, trackie bottoms, track pants, track bottoms, khakis, cords, corduroys, capris, culottes, combats, cargo trousers, suit trousers, skinny jeans, pyjama bottoms, trs',
  {
    kind: 'clothes',
    parts: ['bottom'],
    says: [['legwear', 'trousers']],
  },
);
put('shorts, short pants, cargo shorts, jorts, denim shorts, bermudas, board shorts', {
  kind: 'clothes',
  parts: ['bottom'],
  says: [['legwear', 'shorts']],
});
put('skirt, miniskirt, mini skirt, short skirt, pencil skirt', {
  kind: 'clothes',
  parts: ['bottom'],
  says: [['legwear', 'skirt']],
});
put('long skirt, maxi skirt', { kind: 'clothes', parts: ['bottom'], says: [['legwear', 'long skirt']] });
put('dress, gown, sundress, summer dress, maxi dress', {
  kind: 'clothes',
  parts: ['top'],
  says: [['legwear', 'dress']],
});
put(
  'suit, tracksuit, track suit, outfit, clothes, clothing, uniform, overalls, dungarees, scrubs, boiler suit, onesie, shell suit, romper, jumpsuit, head to toe',
  {
    kind: 'clothes',
    parts: ['top', 'bottom'],
  },
);
put('lower', { kind: 'clothes', parts: ['bottom'] });

put(
  'man, men, guy, guys, male, gentleman, gent, bloke, geezer, chap, dude, lad, fella, fellow, mr, businessman, father, dad, son, brother, husband, males',
  {
    kind: 'values',
    says: [['gender', 'man']],
  },
);
put(
  'woman, women, wmn, lady, ladies, lass, lassie, chick, female, girl, girls, gal, businesswoman, mother, mum, mom, daughter, sister, wife, females',
  {
    kind: 'values',
    says: [['gender', 'woman']],
  },
);
put('boy, boys, little boy, young boy, schoolboy', {
  kind: 'values',
  says: [
    ['gender', 'man'],
    ['age', 'child'],
  ],
});
put('little girl, small girl, young girl, schoolgirl', {
  kind: 'values',
  says: [
    ['gender', 'woman'],
    ['age', 'child'],
  ],
});
put('grandma, grandmother, granny, old lady, old woman, older lady, older woman', {
  kind: 'values',
  says: [
    ['gender', 'woman'],
    ['age', 'elderly'],
  ],
});
put(
  'grandpa, grandfather, grandad, old man, old guy, older man, older guy, old bloke, older gentleman, old gentleman',
  {
    kind: 'values',
    says: [
      ['gender', 'man'],
      ['age', 'elderly'],
    ],
  },
);
put('child, kid, kids, children, toddler, infant', { kind: 'values', says: [['age', 'child']] });
put('teen, teens, teenager, teenagers, teenage, adolescent, youth, youths', {
  kind: 'values',
  says: [['age', 'teenager']],
});
put('adult, adults, middle-aged, middle aged, grown-up', { kind: 'values', says: [['age', 'adult']] });
put('elderly, older, senior, pensioner, oap, old person, old people, senior citizen', {
  kind: 'values',
  says: [['age', 'elderly']],
});
put(
  'bald, shaved head, skinhead, buzz cut, buzzcut, crew cut, short hair, short-haired, short haired, cropped hair, balding',
  {
    kind: 'values',
    says: [['hair', 'short']],
  },
);
put(
  'long hair, long-haired, long haired, ponytail, pony tail, dreadlocks, dreads, pigtails, plaits, braids',
  {
    kind: 'values',
    says: [['hair', 'long']],
  },
);
put('short sleeves, short sleeve, short-sleeved, short-sleeve, short sleeved, sleeveless', {
  kind: 'values',
  says: [['sleeves', 'short']],
});
put('long sleeves, long sleeve, long-sleeved, long-sleeve, long sleeved', {
  kind: 'values',
  says: [['sleeves', 'long']],
});
put('bareheaded, bare-headed, hatless, bare headed', {
  kind: 'values',
  says: [['hat', 'yes']],
  denied: true,
});

put(
  'shoes, shoe, sneakers, trainers, boots, scarf, gloves, umbrella, glasses, sunglasses, shades, belt, tie, beard, moustache, mustache, socks, tights, sandals, stick, cane, pram, stroller, buggy, suitcase, trolley, bike, bicycle, scooter, logo, stripe, stripes, print, hair, eyes, skin, car, van, mask, lanyard, badge, watch, headphones, earphones, phone, heels, kilt, stilettos, wellies, kicks, pumps, loafers, slippers, crocs, wellingtons, trainer, boot, high heels, sneaker, flip flops, briefcase, box, parcel, jewellery, necklace, apron, hood, collar, sleeves, zip, pattern, dots, headscarf, hijab, turban, hairband, straps, wheelchair, dog, book, laptop, bottle, cup, coffee, paper, folder, camera, line, lines, trim, buttons, pocket, pockets, tattoo, lead, shoelaces, laces, soles',
  { kind: 'other' },
);

/** Words that a term has at most. */
export const longestTerm = 4;

export function termOf(words: string): Term | undefined {
  return table.get(words);
}

/** Terms of one word that say something themselves, and the words that say it of hair and sleeves. */
export function plainTerms(): string[] {
  const alone = [...table].filter(([words, { kind }]) => kind !== 'other' && /^[a-z]{4,}$/.test(words));
  return [...alone.map(([word]) => word), 'hair', 'sleeves'];
}

const parts = new Set([...table.keys()].flatMap((words) => words.split(/[ -]/)));

/** Whether the word stands in any term. */
export function inTerms(word: string): boolean {
  return parts.has(word);
}
