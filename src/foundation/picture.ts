/** Opening pictures that strangers send: sniffed, bounded, turned upright, always 8-bit sRGB. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { asChatReidError, ChatReidError, messageOf } from './error.ts';
import { jpegScans } from './picture-jpeg.ts';
import { webpFrames } from './picture-webp.ts';

/**
 * A picture by content. `id` is the lower-case SHA-256 of the encoded bytes, so the same file is the same picture
 * wherever it came from; the bytes are read only by who needs them.
 */
export type Picture =
  | { readonly id: string; readonly path: string }
  | { readonly id: string; readonly bytes: Uint8Array };

export interface PictureInfo {
  readonly format: PictureFormat;
  /** Pixels, after EXIF orientation has been applied. */
  readonly width: number;
  readonly height: number;
  /** 1 for a still picture; of an animated one only the first frame is ever used. */
  readonly frames: number;
  /** The EXIF block as the file has it, where there is one. */
  readonly exif?: Uint8Array;
}

export interface RgbPicture {
  readonly width: number;
  readonly height: number;
  /** Interleaved R, G, B; length is width * height * 3. */
  readonly data: Uint8Array;
}

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** Bounds on one picture, as data. A 30,000 x 30,000 PNG is 900 megapixels in a few kilobytes: refused by its header. */
export const pictureLimits = {
  bytes: 64 * 1024 * 1024,
  pixels: 120_000_000,
  side: 20_000,
  /** Of an animation, or pages. */
  frames: 10_000,
  /** Of a progressive JPEG: a scan of a few bytes costs a pass over all pixels. Programs write a dozen. */
  scans: 100,
} as const;

const nextPicture = 'Send a JPEG, PNG, WebP, GIF, TIFF or AVIF picture.';

export function pictureId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function pictureFromBytes(bytes: Uint8Array): Picture {
  return { id: pictureId(bytes), bytes };
}

/** @throws ChatReidError IMPORT_SOURCE_MISSING when the file cannot be read, PICTURE_TOO_LARGE when it is over the byte limit. */
export async function pictureFromFile(path: string): Promise<Picture> {
  const bytes = await readPictureFile(path);
  return { id: pictureId(bytes), bytes };
}

/**
 * The bytes that the id stands for: everything computed from a picture is kept under its id, so other bytes under the same
 * name would poison what is kept for good.
 *
 * @throws ChatReidError as {@link readPictureFile}; PICTURE_DAMAGED when the file is not the one that the id was made of
 */
export async function readPicture(picture: Picture): Promise<Uint8Array> {
  if ('bytes' in picture) return picture.bytes;
  const bytes = await readPictureFile(picture.path);
  if (pictureId(bytes) === picture.id) return bytes;
  throw new ChatReidError(
    'PICTURE_DAMAGED',
    `${picture.path} is not the picture any more that it was.`,
    'If it was replaced on purpose, register it again or run the command again; otherwise restore it.',
  );
}

/** @throws ChatReidError IMPORT_SOURCE_MISSING (not there, or the disk cannot read it), PICTURE_TOO_LARGE, STORAGE_DENIED */
export async function readPictureFile(path: string): Promise<Uint8Array> {
  try {
    const file = await stat(path);
    // A pipe or a device has no end that can be waited for.
    if (!file.isFile()) throw notAFile(path);
    const { size } = file;
    if (size > pictureLimits.bytes) throw tooLarge(`${(size / 1048576).toFixed(0)} MB`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ChatReidError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new ChatReidError(
        'IMPORT_SOURCE_MISSING',
        `There is no picture at ${path}.`,
        'Check the path.',
        error,
      );
    }
    const known = asChatReidError(error, `reading ${path}`);
    // Too many open files or too little memory are no fault of the file.
    const ofTheDisk = known.code === 'INTERNAL' || known.code === 'STORAGE_FAILED';
    if (!ofTheDisk || code === undefined || /^E(M|N)FILE$|^ENOMEM$/.test(code)) throw known;
    throw new ChatReidError(
      'IMPORT_SOURCE_MISSING',
      `The file ${path} cannot be read: ${messageOf(error)}`,
      'Check the disk or the network folder that it is on.',
      error,
    );
  }
}

function notAFile(path: string): ChatReidError {
  return new ChatReidError(
    'IMPORT_SOURCE_MISSING',
    `${path} is a folder, a pipe or a device, not a picture file.`,
    'Give the path of a picture.',
  );
}

/**
 * What the bytes say they are, by their first bytes and never by a file name: a Slack log-in page saved as
 * `photo.jpg` is HTML, and an SVG is a program, not a picture.
 *
 * @throws ChatReidError PICTURE_EMPTY, PICTURE_NOT_A_PICTURE, PICTURE_UNSUPPORTED
 */
export function sniffFormat(bytes: Uint8Array): PictureFormat {
  if (bytes.length === 0) {
    throw new ChatReidError('PICTURE_EMPTY', 'The picture file is empty (0 bytes).', nextPicture);
  }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512));
  const ascii = head.toString('latin1');
  if (ascii.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (ascii.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (ascii.startsWith('GIF87a') || ascii.startsWith('GIF89a')) return 'gif';
  if (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') return 'webp';
  if (ascii.startsWith('II*\0') || ascii.startsWith('MM\0*')) return 'tiff';
  if (ascii.slice(4, 8) === 'ftyp') {
    if (/avi[fs]/.test(ascii.slice(8, 32))) return 'avif';
    throw unsupported('This is a HEIC picture or a video, which cannot be opened.');
  }
  if (ascii.startsWith('BM')) throw unsupported('This is a BMP picture, which cannot be opened.');
  if (ascii.startsWith('%PDF-')) throw unsupported('This is a PDF document, not a picture.');
  const text = ascii
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  if (text.startsWith('<') && /<(!doctype\s+html|html|head)\b/.test(text)) {
    throw new ChatReidError(
      'PICTURE_NOT_A_PICTURE',
      'This is a web page (HTML), not a picture.',
      nextPicture,
    );
  }
  if (text.startsWith('<') && /<(!doctype\s+)?svg\b/.test(text)) {
    throw unsupported('This is an SVG drawing, not a camera picture.');
  }
  throw new ChatReidError(
    'PICTURE_NOT_A_PICTURE',
    'This is not a picture, or one of an unknown kind.',
    nextPicture,
  );
}

/**
 * Reads the header only. Costs microseconds, allocates no pixels, and is safe on a decompression bomb.
 *
 * @throws ChatReidError PICTURE_EMPTY, PICTURE_NOT_A_PICTURE, PICTURE_UNSUPPORTED, PICTURE_DAMAGED, PICTURE_TOO_LARGE
 */
export async function inspectPicture(bytes: Uint8Array): Promise<PictureInfo> {
  if (bytes.length > pictureLimits.bytes) throw tooLarge(`${(bytes.length / 1048576).toFixed(0)} MB`);
  const format = sniffFormat(bytes);
  if (format === 'jpeg' && jpegScans(bytes) > pictureLimits.scans) throw tooLarge('too many scans');
  if (format === 'webp') refuseFrames(webpFrames(bytes));
  let header: Metadata;
  try {
    header = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
  } catch (error) {
    throw decodingError(error);
  }
  const { width, height } = header.autoOrient;
  if (!width || !height) throw damaged();
  if (width * height > pictureLimits.pixels || Math.max(width, height) > pictureLimits.side) {
    throw tooLarge(`${width} x ${height} pixels`);
  }
  refuseFrames(header.pages ?? 1);
  return {
    format,
    width,
    height,
    frames: header.pages ?? 1,
    ...(header.exif ? { exif: header.exif } : {}),
  };
}

/**
 * The whole picture to be looked at: upright, sRGB, on white, as large as fits into the box. Still to be encoded.
 *
 * @param box in pixels; a smaller picture is made larger only where `enlarge` says so
 * @throws ChatReidError as {@link inspectPicture}; whoever encodes it learns of pixels that end early
 */
export async function fittedPicture(
  bytes: Uint8Array,
  box: { readonly width: number; readonly height: number; readonly enlarge: boolean },
): Promise<Sharp> {
  await inspectPicture(bytes);
  return sharp(bytes, { autoOrient: true, failOn: 'truncated', limitInputPixels: pictureLimits.pixels })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize(box.width, box.height, { fit: 'inside', kernel: 'cubic', withoutEnlargement: !box.enlarge });
}

export type ResizeKernel = 'linear' | 'cubic';

/**
 * The picture upright, first frame, 8-bit sRGB without alpha; stretched to `size` when one is given.
 * The kernels widen when shrinking (antialiased), as Pillow's do.
 *
 * @throws ChatReidError as {@link inspectPicture}; PICTURE_DAMAGED when the pixels end early.
 */
export async function decodeRgb(
  bytes: Uint8Array,
  size?: { readonly width: number; readonly height: number; readonly kernel: ResizeKernel },
): Promise<RgbPicture> {
  await inspectPicture(bytes);
  try {
    // Half a picture is no picture: a person in the missing half would silently never be found. 'error' includes
    // truncation, which 'truncated' alone lets pass in JPEG-compressed TIFF.
    let image = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: pictureLimits.pixels,
      autoOrient: true,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb');
    if (size)
      image = image.resize(size.width, size.height, {
        fit: 'fill',
        kernel: size.kernel,
        fastShrinkOnLoad: false,
      });
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: info.channels === 3 ? data : spread(data, info.channels),
    };
  } catch (error) {
    throw decodingError(error);
  }
}

/** What libvips, its decoders and the C++ library say when this machine, and not the picture, is at its end. */
const exhausted =
  /out of memory|insufficient memory|bad_alloc|((can|could)(no| no|')t|unable to|failed to) (alloc|create thread)|too many open files/i;

/**
 * What a failure of the decoder is. PICTURE_DAMAGED makes callers throw the picture away, so a machine that is short of
 * memory must not be taken for it.
 *
 * @param cause what sharp threw
 * @returns PICTURE_DAMAGED, or INTERNAL for a machine that is short of something
 */
export function decodingError(cause: unknown): ChatReidError {
  return exhausted.test(messageOf(cause)) ? asChatReidError(cause, 'opening the picture') : damaged();
}

/** Grey comes back with one channel from some formats: repeat it three times. */
function spread(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < 3; c++) rgb[pixel * 3 + c] = data[pixel * channels + (channels >= 3 ? c : 0)] ?? 0;
  }
  return rgb;
}

/** In words of our own, and without the cause: what a decoder says helps nobody who sends pictures. */
function damaged(): ChatReidError {
  return new ChatReidError(
    'PICTURE_DAMAGED',
    'The picture is damaged or incomplete: it cannot be opened to its end.',
    'Save or send the picture again from its source.',
  );
}

function refuseFrames(frames: number): void {
  if (frames > pictureLimits.frames) throw tooLarge(`${frames} frames`);
}

function unsupported(message: string): ChatReidError {
  return new ChatReidError('PICTURE_UNSUPPORTED', message, nextPicture);
}

function tooLarge(size: string): ChatReidError {
  const { pixels, side, bytes } = pictureLimits;
  return new ChatReidError(
    'PICTURE_TOO_LARGE',
    `The picture is too large: ${size}.`,
    `Send one of at most ${pixels / 1e6} megapixels, ${side} pixels a side and ${bytes / 1048576} MB.`,
  );
}
