/** A form that the page sends: its fields and its pictures, held against the limits, every picture opened before it counts. */
import type { Context } from 'hono';
import type { Attachment } from '../../src/conversation/message.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import { decodeRgb, inspectPicture } from '../../src/foundation/picture.ts';
import { invalid, tooMuch } from './json-error.ts';
import type { WebLimits } from './limits.ts';

export interface IncomingForm {
  /** '' where the field is absent. */
  field(name: string): string;
  readonly pictures: readonly Attachment[];
}

/** @throws ChatReidError REQUEST_INVALID, UPLOAD_TOO_LARGE */
export async function readForm(context: Context, limits: WebLimits): Promise<IncomingForm> {
  const form = await context.req.formData().catch((error: unknown) => {
    if (error instanceof ChatReidError) throw error;
    throw invalid('The form cannot be read.');
  });
  const files = form.getAll('pictures').filter((entry) => typeof entry !== 'string');
  if (files.length > limits.pictures) {
    throw tooMuch(`${files.length} pictures came at once; ${limits.pictures} are the most.`);
  }
  const pictures: Attachment[] = [];
  for (const file of files) {
    if (file.size > limits.bytesPerPicture) {
      throw tooMuch(
        `${nameOf(file)} has ${Math.ceil(file.size / 1048576)} MB; ${limits.bytesPerPicture / 1048576} are the most.`,
      );
    }
    pictures.push({ name: nameOf(file), bytes: new Uint8Array(await file.arrayBuffer()) });
  }
  const field = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  return { field, pictures };
}

/**
 * Opens it to its last pixel: half a picture must not be searched with.
 *
 * @returns what the sender should know about it
 * @throws ChatReidError PICTURE_*, with the picture's name in the sentence
 */
export async function checkPicture({ name, bytes }: Attachment): Promise<string[]> {
  try {
    const { frames, format } = await inspectPicture(bytes);
    await decodeRgb(bytes, { width: 8, height: 8, kernel: 'linear' });
    return frames > 1
      ? [
          `${name} ${format === 'tiff' ? 'has several pages' : 'is animated'}: only the first ${format === 'tiff' ? 'one' : 'frame'} is looked at.`,
        ]
      : [];
  } catch (error) {
    const { code, message, next, cause } = asChatReidError(error, `opening ${name}`);
    throw new ChatReidError(code, `${name}: ${message}`, next, cause);
  }
}

/** Shown, never trusted: no control characters, no paths, not long. */
function nameOf(file: { readonly name: string }): string {
  const base = file.name.split(/[\\/]/).at(-1) ?? '';
  return base.replace(/\p{C}/gu, '').slice(0, 100) || 'picture';
}
