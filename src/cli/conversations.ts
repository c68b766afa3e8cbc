/** The talks of this process: the session manager, and everything that searches, reads, helps and keeps for it. */
import { join } from 'node:path';
import type { Conversations } from '../conversation/conversations.ts';
import type { CutPerson } from '../conversation/people.ts';
import { everythingAllowed } from '../trust/access/access.ts';
import type { Composition } from './composition.ts';
import { ForgetfulConversations } from './forget/forgetful-conversations.ts';
import { registerNamed } from './registering.ts';

const nothingKnown = {
  cameras: [],
  places: [],
  galleries: [],
  attachments: 0,
  shown: 0,
  people: 0,
  searching: false,
};

/** @param gallery of talks that name none. @throws ChatReidError OPTION_INVALID (CHATREID_STATE_URL), STORAGE_*, MODEL_* */
export async function openConversations(
  parts: Composition,
  gallery: string,
  now?: () => Date,
): Promise<Conversations> {
  const [{ SessionManager }, { Uploads }, { readActs }, { AttributeHelp }, { Calibration }] =
    await Promise.all([
      import('../conversation/session-manager.ts'),
      import('../conversation/uploads.ts'),
      import('../conversation/interpreter/read-acts.ts'),
      import('../conversation/helping/attribute-help.ts'),
      import('../retrieval/calibration.ts'),
    ]);
  const { home, timeZone } = parts.settings;
  // Its patterns are compiled with the first line, half a second: not with the first line of a person.
  setImmediate(() => readActs('hello', { ...nothingKnown, now: now?.() ?? new Date(), timeZone }));
  const retrieval = await parts.retrieval();
  const [storage, store, encoder, engine, probes, fusion, calibration] = await Promise.all([
    parts.storage(),
    parts.store(),
    parts.encoder(),
    parts.engine(),
    parts.probes(),
    parts.fusion(),
    parts.filterFolder().then((folder) => Calibration.read(folder)),
  ]);
  const forgetting = await parts.liveForgetting(now);
  const manager = new SessionManager({
    retrieval,
    store,
    encoder,
    calibration,
    ...(engine ? { engine } : {}),
    ...(fusion ? { fusion } : {}),
    interpreter: readActs,
    helping: new AttributeHelp({ store, encoder, calibration, ...(probes ? { probes } : {}) }),
    // Adapters keep their journals in it too, to the end of the last delivery: the composition closes it after the talks.
    storage: { ...storage, close: async () => undefined },
    uploads: await Uploads.open(join(home.root, 'conversations', 'pictures'), { timeZone }),
    gallery,
    timeZone,
    ...(now ? { now } : {}),
    people: (bytes, signal) => peopleIn(parts, bytes, signal),
    ...(parts.access === everythingAllowed ? {} : { access: parts.access }),
    register: async (name, pictures, facts, signal, store) => {
      const report = await registerNamed(parts, name, pictures, facts, { signal, store });
      const { added, already, updated, failed, notes } = report;
      return { added, already: already + updated, failed, notes };
    },
    forget: forgetting.forget,
  });
  await forgetting.start(manager);
  return new ForgetfulConversations(manager, storage, parts.forgetting);
}

/** The detector is loaded with the first picture that is sent. */
async function peopleIn(
  parts: Composition,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<readonly CutPerson[]> {
  const [detector, { cutPeople }] = await Promise.all([
    parts.detector(),
    import('../gallery/people/cut-people.ts'),
  ]);
  if (!detector) return [];
  const cut = await cutPeople(detector, bytes, signal ? { signal } : {});
  return cut.kind === 'frame' ? cut.people : [];
}
