/** What a form holds when it is sent: words, and where and when is searched. */
import { z } from 'zod';
import type { Act } from '../../src/conversation/act.ts';
import type { Place } from './conversation-names.ts';
import { ids } from './methods.ts';

export interface SubmittedView {
  readonly id: string;
  readonly kind: 'find' | 'filters';
  /** Where it was opened; absent on the home tab. */
  readonly place?: Place;
  readonly words: string;
  readonly cameras: readonly string[];
  readonly places: readonly string[];
  /** ISO 8601 in UTC. */
  readonly after?: string;
  readonly before?: string;
  readonly gallery?: string;
  /** There was a choice of galleries, and none is chosen any more. */
  readonly galleryEmptied: boolean;
}

/** Ids of the fields, which are blocks and actions at once. */
export const fields = {
  words: 'words',
  cameras: 'cameras',
  places: 'places',
  after: 'after',
  before: 'before',
  gallery: 'gallery',
} as const;

const option = z.object({ value: z.string() });
const field = z.object({
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  selected_date_time: z.number().nullish(),
});
const view = z.object({
  id: z.string(),
  callback_id: z.enum([ids.find, ids.filters]),
  private_metadata: z.string(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), field)) }),
});
const opened = z.object({ channel: z.string(), thread: z.string().optional() });

/** @returns undefined for a view that is none of ours */
export function readView(value: unknown): SubmittedView | undefined {
  const read = view.safeParse(value);
  if (!read.success) return undefined;
  const { id, callback_id: kind, private_metadata, state } = read.data;
  const of = (name: string) => state.values[name]?.[name];
  const place = openedAt(private_metadata);
  const galleryField = of(fields.gallery);
  const gallery = galleryField?.selected_option?.value;
  const after = instant(of(fields.after)?.selected_date_time);
  const before = instant(of(fields.before)?.selected_date_time);
  return {
    id,
    kind,
    words: of(fields.words)?.value?.trim() ?? '',
    cameras: names(of(fields.cameras)),
    places: names(of(fields.places)),
    galleryEmptied: galleryField !== undefined && gallery === undefined,
    ...(place === undefined ? {} : { place }),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    ...(gallery === undefined ? {} : { gallery }),
  };
}

/** What is wrong with a form, by field; undefined where nothing is. Slack shows it beside the fields. */
export function viewErrors({
  kind,
  words,
  after,
  before,
}: SubmittedView): Record<string, string> | undefined {
  if (kind === 'find' && words === '') return { [fields.words]: 'Describe the person in a few words.' };
  if (after !== undefined && before !== undefined && after > before) {
    return { [fields.before]: 'This is before the time from which is searched.' };
  }
  return undefined;
}

/** The form shows all that restricts, so that what is empty in it restricts no more. */
export function actsOfView(view: SubmittedView): Act[] {
  const { kind, cameras, places, after, before, gallery, galleryEmptied } = view;
  const empty = cameras.length + places.length === 0 && !after && !before && !gallery;
  if (kind === 'find' && empty) return [];
  return [
    ...(kind === 'find' ? [] : [{ act: 'lift', part: 'time' } as const]),
    ...(kind === 'filters' && galleryEmptied ? [{ act: 'lift', part: 'gallery' } as const] : []),
    {
      act: 'constrain',
      cameras,
      places,
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
      ...(gallery === undefined ? {} : { gallery }),
    },
  ];
}

function names(value: z.infer<typeof field> | undefined): string[] {
  const chosen = value?.selected_options?.map((one) => one.value);
  // Where there are more than Slack lists, they are typed.
  const typed = value?.value?.split(',').map((name) => name.trim());
  return [...new Set(chosen ?? typed ?? [])].filter((name) => name !== '');
}

function instant(seconds: number | null | undefined): string | undefined {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function openedAt(metadata: string): Place | undefined {
  if (metadata === '') return undefined;
  try {
    const { channel, thread } = opened.parse(JSON.parse(metadata));
    return { channel, ...(thread === undefined ? {} : { thread }) };
  } catch {
    return undefined;
  }
}
