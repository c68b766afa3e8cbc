/** The form for where and when: of a search that runs, or with the words of a new one. */
import type { types } from '@slack/bolt';
import type { DialogueState } from '../../src/conversation/dialogue-state.ts';
import type { ListedGallery } from '../gallery-list.ts';
import type { Place } from './conversation-names.ts';
import { viewLimits } from './limits.ts';
import { ids } from './methods.ts';
import { plain } from './mrkdwn.ts';
import { fields } from './submitted-view.ts';

export interface FormOptions {
  readonly kind: 'find' | 'filters';
  readonly place?: Place;
  /** What holds now. */
  readonly state?: Pick<DialogueState, 'cameras' | 'places' | 'after' | 'before' | 'gallery'>;
  readonly galleries: readonly ListedGallery[];
}

export function formView({ kind, place, state, galleries }: FormOptions): types.ModalView {
  const gallery = galleries.find(({ name }) => name === state?.gallery);
  const among = gallery ? [gallery] : galleries;
  const cameras = distinct([...among.flatMap((one) => one.cameras), ...(state?.cameras ?? [])]);
  const places = distinct([...among.flatMap((one) => one.places), ...(state?.places ?? [])]);
  return {
    type: 'modal',
    callback_id: ids[kind],
    private_metadata: place ? JSON.stringify(place) : '',
    title: plain(kind === 'find' ? 'Find a person' : 'Where and when', viewLimits.title),
    submit: plain('Search', viewLimits.title),
    close: plain('Cancel', viewLimits.title),
    blocks: [
      ...(kind === 'find' ? [wordsField()] : []),
      ...listField(fields.cameras, 'Cameras', cameras, state?.cameras ?? []),
      ...listField(fields.places, 'Places', places, state?.places ?? []),
      timeField(fields.after, 'From', state?.after),
      timeField(fields.before, 'Until', state?.before),
      ...galleryField(galleries, state?.gallery),
    ],
  };
}

function wordsField(): types.InputBlock {
  return {
    type: 'input',
    block_id: fields.words,
    label: plain('Whom are you looking for?', viewLimits.optionText),
    element: {
      type: 'plain_text_input',
      action_id: fields.words,
      multiline: true,
      max_length: viewLimits.input,
      placeholder: plain('man in a red jacket with a backpack', viewLimits.optionText),
    },
  };
}

/** Nothing chosen is no restriction. Names that Slack cannot list are typed. */
function listField(
  name: string,
  label: string,
  all: readonly string[],
  chosen: readonly string[],
): types.InputBlock[] {
  if (all.length === 0) return [];
  const listed = all.length <= viewLimits.options && all.every((one) => one.length <= viewLimits.optionText);
  if (!listed) {
    return [
      {
        type: 'input',
        block_id: name,
        optional: true,
        label: plain(`${label}, with commas between them`, viewLimits.optionText),
        element: {
          type: 'plain_text_input',
          action_id: name,
          max_length: viewLimits.input,
          ...(chosen.length === 0 ? {} : { initial_value: chosen.join(', ').slice(0, viewLimits.input) }),
        },
      },
    ];
  }
  return [
    {
      type: 'input',
      block_id: name,
      optional: true,
      label: plain(label, viewLimits.optionText),
      element: {
        type: 'multi_static_select',
        action_id: name,
        placeholder: plain('Anywhere', viewLimits.optionText),
        options: all.map(optionOf),
        ...(chosen.length === 0 ? {} : { initial_options: chosen.map(optionOf) }),
      },
    },
  ];
}

function timeField(name: string, label: string, value: string | undefined): types.InputBlock {
  return {
    type: 'input',
    block_id: name,
    optional: true,
    label: plain(label, viewLimits.optionText),
    element: {
      type: 'datetimepicker',
      action_id: name,
      ...(value === undefined ? {} : { initial_date_time: Math.floor(Date.parse(value) / 1000) }),
    },
  };
}

function galleryField(galleries: readonly ListedGallery[], current: string | undefined): types.InputBlock[] {
  const names = galleries
    .map(({ name }) => name)
    .filter((name) => name.length <= viewLimits.optionText)
    .slice(0, viewLimits.options);
  if (names.length < 2) return [];
  return [
    {
      type: 'input',
      block_id: fields.gallery,
      optional: true,
      label: plain('Gallery', viewLimits.optionText),
      element: {
        type: 'static_select',
        action_id: fields.gallery,
        options: names.map(optionOf),
        ...(current !== undefined && names.includes(current) ? { initial_option: optionOf(current) } : {}),
      },
    },
  ];
}

function optionOf(name: string): types.PlainTextOption {
  return { text: plain(name, viewLimits.optionText), value: name };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
    .filter((name) => name.trim() !== '')
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}
