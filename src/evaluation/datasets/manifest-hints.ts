/** Columns of a manifest that are not used and look as if they should be: a slip in a name changes what is measured. */
import type { ManifestColumn } from './manifest-records.ts';

/** Other names that people give to the columns one may leave out, without case, spaces and underscores. */
const otherNames: Readonly<Partial<Record<ManifestColumn, RegExp>>> = {
  camera_id: /^(cam|cams|camid|camera|cameras|cameraname|camname|camerano|cameraids)$/,
  caption: /^(captions|text|texts|words|sentence|description|descriptions|query)$/,
  clothes_id: /^(clothes|cloth|clothid|clothesids|clothing|clothingid|outfit|outfitid)$/,
  modality: /^(modalities|spectrum|mode)$/,
};

/**
 * @param names of the columns as they are written
 * @param known what each is read as, at the same place
 * @returns one sentence a column that is probably meant for one that is absent
 */
export function columnHints(
  names: readonly string[],
  known: readonly (ManifestColumn | undefined)[],
): string[] {
  return Object.entries(otherNames).flatMap(([column, likely]) => {
    if (known.includes(column as ManifestColumn)) return [];
    const meant = names.find((name) => likely.test(name.toLowerCase().replace(/[\s_-]/g, '')));
    return meant === undefined ? [] : [`The column ${meant} is not used: call it ${column} if it is that.`];
  });
}
