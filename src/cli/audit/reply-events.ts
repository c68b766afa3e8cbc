/** What a reply shows, as entries of the audit trail. */
import type { Act, PictureRef } from '../../conversation/act.ts';
import type { DialogueState } from '../../conversation/dialogue-state.ts';
import { refsOf, resolveRef } from '../../conversation/picture-refs.ts';
import type { Reply } from '../../conversation/reply.ts';
import type { AuditEvent, AuditKind } from '../../trust/audit-event.ts';
import type { Json } from '../../trust/canonical-json.ts';

/** The message that a reply answers, as far as it is known. */
export interface Asked {
  readonly user?: string;
  readonly text?: string;
  readonly acts?: readonly Act[];
  /** The talk as it was before: what a number in the message meant. */
  readonly before?: DialogueState;
}

export interface Surroundings {
  /** Of the talk; of before the message for the `first` page. */
  readonly state: DialogueState | undefined;
  /** Of talks that name none. */
  readonly gallery: string;
  /** Checksum of what answers. */
  readonly model: string;
}

/** Characters of a text that are recorded; a turn keeps as many. */
const keptText = 4000;

export function replyEvents(reply: Reply, asked: Asked, around: Surroundings): readonly AuditEvent[] {
  const { acts = [], user } = asked;
  const { conversation, to, stage, answer, people, error, denied = [] } = reply;
  const { state } = around;
  const message = { conversation, message: to, stage, acts: acts.map(({ act }) => act) };
  const where = state?.gallery ?? around.gallery;
  const personal = personalOf(reply, asked, state);
  const event = (kind: AuditKind, facts: AuditEvent['facts']): AuditEvent => ({
    kind,
    platform: platformOf(conversation),
    ...(user === undefined ? {} : { user }),
    facts: { ...message, ...facts },
    personal,
  });
  const events: AuditEvent[] = denied.map(({ act, code }) => event('denial', { gallery: where, act, code }));
  if (error && !denied.some(({ code }) => code === error.code)) {
    events.push(event('denial', { code: error.code }));
  }
  const refused = new Set(denied.map(({ act }) => act));
  for (const act of error ? [] : acts.filter((one) => !refused.has(one.act))) {
    const pictures = refsOf(act).map((ref) => refOf(ref, asked.before));
    if (act.act === 'register') {
      const { camera, place, time } = act;
      events.push(event('registration', { gallery: where, pictures, camera, place, time }));
    } else if (act.act === 'forget') events.push(event('forget', { gallery: where, pictures }));
    else if (act.act === 'approve')
      events.push(event('approval', { gallery: where, ...approved(asked, act.request) }));
  }
  if (answer || people || events.length === 0) events.push(event('lookup', lookedUp(reply, asked, around)));
  return events;
}

function personalOf(
  { answer, purpose }: Reply,
  { acts = [], text = '' }: Asked,
  state: DialogueState | undefined,
): NonNullable<AuditEvent['personal']> {
  const said = {
    ...(text === '' ? {} : { text: text.slice(0, keptText) }),
    ...(acts.length === 0 ? {} : { acts: plain(acts) }),
    ...(answer ? { query: answer.query.words } : {}),
  };
  const stated = purpose ?? state?.purpose;
  return {
    ...(stated === undefined ? {} : { case: stated }),
    ...(Object.keys(said).length === 0 ? {} : { words: said }),
  };
}

function lookedUp(
  { answer, people }: Reply,
  { acts = [], before }: Asked,
  { state, gallery, model }: Surroundings,
): AuditEvent['facts'] {
  return {
    gallery: state?.gallery ?? gallery,
    cameras: list(state?.cameras),
    places: list(state?.places),
    after: state?.after,
    before: state?.before,
    ...(answer
      ? {
          query: {
            pictures: [...answer.query.pictureIds],
            negatives: [...answer.query.negatives],
            scope: answer.scopeLine,
          },
          shown: answer.cards.map(({ rank, pictureId }) => [rank, pictureId]),
          decision: answer.result.decision,
          mode: answer.result.mode,
        }
      : { pictures: acts.flatMap((act) => refsOf(act).map((ref) => refOf(ref, before))) }),
    ...(people ? { frame: people.frameId, people: people.people.map(({ pictureId }) => pictureId) } : {}),
    model,
  };
}

/** Whose search it was that waited. */
function approved({ before }: Asked, request: string | undefined): AuditEvent['facts'] {
  const waiting = before?.awaiting;
  return { request: request ?? waiting?.request, of: waiting?.user };
}

export function platformOf(conversation: string): string {
  return conversation.split(':', 1)[0] ?? '';
}

/** The id of the picture that was meant; a number where nothing in the talk says what it was. */
function refOf(ref: PictureRef, before: DialogueState | undefined): Json {
  return (before && resolveRef(ref, before)) ?? ('pictureId' in ref ? ref.pictureId : { ...ref });
}

function list(values: readonly string[] | undefined): string[] | undefined {
  return values && values.length > 0 ? [...values] : undefined;
}

/** Acts are plain data already; what is undefined in them is left out. */
function plain(acts: readonly Act[]): Json {
  return JSON.parse(JSON.stringify(acts)) as Json;
}
