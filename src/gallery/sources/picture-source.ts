/** One picture file, named on the command line. */
import { basename, dirname, resolve } from 'node:path';
import { readPictureFile } from '../../foundation/picture.ts';
import { nothingDecided, type SourceKind } from './import-source.ts';

export const pictureSource: SourceKind = {
  name: 'picture',
  recognises: (_, stats) => stats.isFile(),
  open: async (path) => ({
    label: basename(dirname(resolve(path))),
    items: [
      {
        source: basename(path),
        facts: {},
        decided: nothingDecided,
        read: () => readPictureFile(path),
      },
    ],
    notes: [],
    close: async () => {},
  }),
};
