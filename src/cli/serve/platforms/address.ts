/** An address in the config that a token is sent to: encrypted, unless it is on this machine. */
import { z } from 'zod';
import { loopback } from './loopback.ts';

export const address = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && loopback.test(hostname));
  },
  { error: 'must be an address that begins with https://' },
);
