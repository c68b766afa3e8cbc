/** Whether a picture is a crop of one person already, by its shape and by a person who fills it. */
import { boxArea, type PeopleFound, type PersonBox, sharedArea } from '../../foundation/person-box.ts';

/** Crops of pedestrians are one and a half to four times as high as wide; camera frames lie on their side. */
const leastTall = 1.4;
/** Of the height of a crop its person covers so much at least: careless detectors leave a margin, or cut off feet. */
const filledHeight = 0.6;
/** Of the width; a person in a portrait photo of a street covers less. */
const filledWidth = 0.3;
/** Pixels. No camera takes a tall picture this narrow: it was cut out, whatever is found in it. */
const narrow = 200;
/** Somebody else this large beside the person makes it a picture of two. */
const rival = 0.5;

/** A tall picture in which nobody is found is a crop too: a bad one, that a detector must not take away. */
export function isOnePerson({ width, height, people }: PeopleFound): boolean {
  if (height < leastTall * width) return false;
  const [main, ...others] = people.map(({ box }) => box).sort((a, b) => boxArea(b) - boxArea(a));
  if (main === undefined) return true;
  const fills = main.height >= filledHeight * height && main.width >= filledWidth * width;
  return fills ? !others.some((other) => isRival(main, other)) : width <= narrow;
}

function isRival(main: PersonBox, other: PersonBox): boolean {
  return boxArea(other) - sharedArea(other, main) >= rival * boxArea(main);
}
