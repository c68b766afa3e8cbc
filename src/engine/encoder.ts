/** The base filter's encoders: pictures and words as unit vectors of one space. */
import type { Picture } from '../foundation/picture.ts';

/** Implemented in this process (`OnnxEncoder`) and by the supervised child (`EngineProcess`). */
export interface Encoder {
  describeEncoder(): Promise<EncoderDescription>;

  /**
   * One unit-length float32 vector of `dimension` numbers a picture, in order. A picture that cannot be opened does not
   * spoil its batch: its place holds the error.
   */
  encodePictures(
    pictures: readonly Picture[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<(Float32Array | Error)[]>;

  /** @throws ChatReidError QUERY_WORDS_UNSUPPORTED when the model folder has no text encoder. */
  encodeTexts(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<Float32Array[]>;
}

export interface EncoderDescription {
  readonly name: string;
  /** Names the embedding space: SHA-256 over the encoder's files. Vectors of two spaces are never compared. */
  readonly space: string;
  readonly dimension: number;
  readonly text: boolean;
  readonly device: string;
  readonly deviceNote?: string;
}
