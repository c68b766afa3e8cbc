/** Pictures made small enough to be carried inside a page. */
import { fittedPicture, readPictureFile } from '../../foundation/picture.ts';

export interface EmbeddedPicture {
  /** `data:` address of a JPEG. */
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

/** The largest a picture is shown; smaller ones are left as they are, and the browser makes them larger. */
const height = 160;
const width = 240;
/** What the pictures of one page may weigh together, in characters of base64. */
export const pagePictureBudget = 1_500_000;

/**
 * @param paths a path twice is read once
 * @returns by path; one that cannot be opened, or that no room is left for, is not in it
 */
export async function thumbnails(
  paths: readonly string[],
  budget = pagePictureBudget,
): Promise<ReadonlyMap<string, EmbeddedPicture>> {
  const pictures = new Map<string, EmbeddedPicture>();
  let left = budget;
  // One after the other: the order decides whom the room is for, and a page has sixty at most.
  for (const path of new Set(paths)) {
    const picture = await thumbnail(path);
    if (picture === undefined || picture.address.length > left) continue;
    left -= picture.address.length;
    pictures.set(path, picture);
  }
  return pictures;
}

async function thumbnail(path: string): Promise<EmbeddedPicture | undefined> {
  try {
    const fitted = await fittedPicture(await readPictureFile(path), { width, height, enlarge: false });
    const { data, info } = await fitted.jpeg({ quality: 72 }).toBuffer({ resolveWithObject: true });
    return {
      address: `data:image/jpeg;base64,${data.toString('base64')}`,
      width: info.width,
      height: info.height,
    };
  } catch {
    // A page that has a gap says more than no page.
    return undefined;
  }
}
