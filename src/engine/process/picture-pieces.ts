/** Large pictures cross to the child in pieces, so that neither side's event loop waits for one long copy. */
import type { Picture } from '../../foundation/picture.ts';
import type { Part, Prompt } from '../prompt.ts';
import type { ToChild, Work } from './protocol.ts';

/** Serialising and writing 1 MB takes about 1 ms, 64 MB more than 100 ms: the bound keeps one send in the first class. */
export const pieceBytes = 1024 * 1024;

type PieceMessage = Extract<ToChild, { type: 'piece' }>;

/** In place of a picture whose bytes went ahead. */
interface SentAhead {
  readonly id: string;
  readonly key: number;
}

/** The work with every picture over {@link pieceBytes} replaced, and the pieces to send before it. */
export function splitPictures(id: number, work: Work): { work: Work; pieces: PieceMessage[] } {
  const keys = new Map<string, number>();
  const pieces: PieceMessage[] = [];
  const ahead = (picture: Picture): Picture => {
    if (!('bytes' in picture) || picture.bytes.length <= pieceBytes) return picture;
    let key = keys.get(picture.id);
    if (key === undefined) {
      key = keys.size;
      keys.set(picture.id, key);
      const total = picture.bytes.length;
      for (let offset = 0; offset < total; offset += pieceBytes) {
        const bytes = picture.bytes.subarray(offset, offset + pieceBytes);
        pieces.push({ type: 'piece', id, key, total, offset, bytes });
      }
    }
    const sent: SentAhead = { id: picture.id, key };
    return sent as unknown as Picture;
  };
  return { work: mapPictures(work, ahead), pieces };
}

/** The child's side: collects the pieces and puts the pictures back. */
export class PieceStore {
  readonly #bytes = new Map<number, Map<number, Uint8Array>>();

  add(piece: PieceMessage): void {
    const ofWork = this.#bytes.get(piece.id) ?? new Map<number, Uint8Array>();
    this.#bytes.set(piece.id, ofWork);
    const whole = ofWork.get(piece.key) ?? new Uint8Array(piece.total);
    ofWork.set(piece.key, whole);
    whole.set(piece.bytes, piece.offset);
  }

  /** Takes the pictures of one work out of the store. */
  join(id: number, work: Work): Work {
    const ofWork = this.#bytes.get(id);
    if (!ofWork) return work;
    this.#bytes.delete(id);
    return mapPictures(work, (picture) => {
      const key = 'key' in picture ? (picture as unknown as SentAhead).key : undefined;
      const bytes = key === undefined ? undefined : ofWork.get(key);
      return bytes ? { id: picture.id, bytes } : picture;
    });
  }

  /** For work that was given up before it was sent whole. */
  drop(id: number): void {
    this.#bytes.delete(id);
  }
}

function mapPictures(work: Work, map: (picture: Picture) => Picture): Work {
  const mapPart = (part: Part): Part =>
    part.type === 'picture' ? { ...part, picture: map(part.picture) } : part;
  const mapPrompt = (prompt: Prompt): Prompt => ({
    ...prompt,
    turns: prompt.turns.map((turn) => ({ ...turn, parts: turn.parts.map(mapPart) })),
  });
  switch (work.kind) {
    case 'score':
      return { ...work, prompts: work.prompts.map(mapPrompt) };
    case 'generate':
      return { ...work, prompt: mapPrompt(work.prompt) };
    case 'encodePictures':
      return { ...work, pictures: work.pictures.map(map) };
    default:
      return work;
  }
}
