/** The gallery that a command works on. */
import { Option } from 'commander';

export const defaultGallery = 'default';
/** Where `chatreid demo` keeps the shipped pictures. */
export const demoGallery = 'demo';

export function galleryOption(): Option {
  return new Option('-g, --gallery <name>', 'gallery to work on').default(defaultGallery);
}

export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document instead');
}
