/** Which file names look like pictures, and which are nobody's business. */

const pictureEndings = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif|svg)$/i;

/** By its ending: such a file is opened, and named in the report when it turns out not to be a picture. */
export function looksLikePicture(name: string): boolean {
  return pictureEndings.test(name);
}

/** Files and folders that programs leave behind: .DS_Store, .git, Thumbs.db, __MACOSX. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** Order of names by their characters, the same on every machine. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
