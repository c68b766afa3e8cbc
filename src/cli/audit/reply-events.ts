/** What a reply shows, as entries of the audit trail. */
import type { Act, PictureRef } from '../../conversation/act.ts';
import type { DialogueState } from '../../conversation/dialogue-state.ts';
import type { Reply } from '../../conversation/reply.ts';
import type { AuditEvent } from '../../trust/audit-event.ts';
import type { Json } from '../../trust/canonical-json.ts';

/** The message that a reply answers, as far as it is known. */
export interface Asked {
  readonly user?: string;
  readonly text?: string;
  readonly acts?: readonly Act[];
}

/** Characters of a text that are recorded; a turn keeps as many. */
const keptText = 4000;

/** @param state of the talk; of before the message for the `first` page. @param model checksum of what answers */
export function replyEvents(
  reply: Reply,
  asked: Asked,
  state: DialogueState | undefined,
  gallery: string,
  model: string,
): readonly AuditEvent[] {
  const { acts = [], text = '', user } = asked;
  const { conversation, to, stage, answer, people, error } = reply;
  const names = acts.map(({ act }) => act);
  const about = {
    platform: platformOf(conversation),
    ...(user === undefined ? {} : { user }),
  };
  const message = { conversation, message: to, stage, acts: names };
  const said = {
    ...(text === '' ? {} : { text: text.slice(0, keptText) }),
    ...(acts.length === 0 ? {} : { acts: plain(acts) }),
    ...(answer ? { query: answer.query.words } : {}),
  };
  const personal = {
    ...(state?.purpose === undefined ? {} : { case: state.purpose }),
    ...(Object.keys(said).length === 0 ? {} : { words: said }),
  };
  const where = state?.gallery ?? gallery;
  const events: AuditEvent[] = [];
  if (error) events.push({ ...about, kind: 'denial', facts: { ...message, code: error.code }, personal });
  for (const act of error ? [] : acts) {
    if (act.act !== 'register' && act.act !== 'forget') continue;
    const { camera, place, time } = act.act === 'register' ? act : {};
    events.push({
      ...about,
      kind: act.act === 'register' ? 'registration' : 'forget',
      facts: { ...message, gallery: where, pictures: act.pictures.map(refOf), camera, place, time },
      personal,
    });
  }
  if (answer || people || events.length === 0) {
    const shown = answer?.cards.map(({ rank, pictureId }) => [rank, pictureId]);
    events.push({
      ...about,
      kind: 'lookup',
      facts: {
        ...message,
        gallery: where,
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
              shown,
              decision: answer.result.decision,
              mode: answer.result.mode,
            }
          : { pictures: acts.flatMap((act) => refsOf(act).map(refOf)) }),
        ...(people ? { frame: people.frameId, people: people.people.map(({ pictureId }) => pictureId) } : {}),
        model,
      },
      personal,
    });
  }
  return events;
}

export function platformOf(conversation: string): string {
  return conversation.split(':', 1)[0] ?? '';
}

function refsOf(act: Act): readonly PictureRef[] {
  if ('pictures' in act) return act.pictures;
  if ('picture' in act) return act.picture ? [act.picture] : [];
  return 'first' in act ? [act.first, act.second] : [];
}

/** A picture id, or the number that the entry before has an id for. */
function refOf(ref: PictureRef): Json {
  if ('pictureId' in ref) return ref.pictureId;
  return { ...ref };
}

function list(values: readonly string[] | undefined): string[] | undefined {
  return values && values.length > 0 ? [...values] : undefined;
}

/** Acts are plain data already; what is undefined in them is left out. */
function plain(acts: readonly Act[]): Json {
  return JSON.parse(JSON.stringify(acts)) as Json;
}
