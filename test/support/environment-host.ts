/** A module for the engine's child that opens nothing, and tells in its error which variables the child was given. */
import type { HostModule } from '../../src/engine/process/protocol.ts';
import { ChatReidError } from '../../src/foundation/error.ts';

export const environmentHostUrl = import.meta.url;

const told = async (): Promise<never> => {
  throw new ChatReidError('ENGINE_CANNOT', Object.keys(process.env).sort().join(' '), 'None.');
};

export const createEngine: HostModule['createEngine'] = told;
export const createEncoder: HostModule['createEncoder'] = told;
