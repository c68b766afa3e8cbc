/** The address of a model server: checked, and free of credentials wherever it is shown. */
import { ChatReidError } from '../../foundation/error.ts';

export interface ServerAddress {
  /** Where requests go, e.g. `http://gpu-box:8000/v1`; no credentials, query or trailing slash. */
  readonly url: string;
  /** `Basic ...`, when the address came with a user name. */
  readonly authorization?: string;
}

/** @throws ChatReidError OPTION_INVALID */
export function serverAddress(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'The address of the model server is not an http:// or https:// address.',
      'Give it as, for example, http://gpu-box:8000/v1.',
    );
  }
  const address = { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
  if (!url.username) return address;
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  return { ...address, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A percent sign that encodes nothing is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
