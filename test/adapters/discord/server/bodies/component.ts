/** Components of messages and modals as Discord takes them: buttons, selects, text inputs, and the laid-out ones (V2). */
import { z } from 'zod';
import { limits } from '../limits.ts';
import { mediaUrl } from './embed.ts';

const id = z.int().min(0).optional();
const customId = z.string().min(1).max(limits.customId);
const emoji = z.object({
  id: z.string().nullish(),
  name: z.string().nullish(),
  animated: z.boolean().optional(),
});

const link = 5;
const premium = 6;

const button = z
  .object({
    type: z.literal(2),
    id,
    style: z.int().min(1).max(6),
    label: z.string().max(limits.buttonLabel).nullish(),
    emoji: emoji.nullish(),
    custom_id: customId.optional(),
    url: z.string().max(limits.buttonUrl).optional(),
    sku_id: z.string().optional(),
    disabled: z.boolean().nullish(),
  })
  .superRefine(({ style, label, emoji, custom_id, url }, ctx) => {
    const refuse = (part: string, code: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [part], params: { code }, message });
    if (style === link ? url === undefined : style !== premium && custom_id === undefined)
      refuse(style === link ? 'url' : 'custom_id', 'BASE_TYPE_REQUIRED', 'This field is required');
    if (style === link && custom_id !== undefined)
      refuse(
        'custom_id',
        'BUTTON_COMPONENT_CUSTOM_ID_AND_URL',
        'A custom id and url cannot both be specified',
      );
    if (style !== premium && !label && !emoji)
      refuse('label', 'BUTTON_COMPONENT_EMPTY', 'A button needs a label or an emoji');
  });

const selectBase = {
  id,
  custom_id: customId,
  placeholder: z.string().max(limits.selectPlaceholder).nullish(),
  min_values: z.int().min(0).max(limits.selectOptions).nullish(),
  max_values: z.int().min(1).max(limits.selectOptions).nullish(),
  disabled: z.boolean().nullish(),
  required: z.boolean().nullish(),
};

const stringSelect = z
  .object({
    type: z.literal(3),
    ...selectBase,
    options: z
      .array(
        z.object({
          label: z.string().min(1).max(limits.selectText),
          value: z.string().min(1).max(limits.selectText),
          description: z.string().max(limits.selectText).nullish(),
          emoji: emoji.nullish(),
          default: z.boolean().nullish(),
        }),
      )
      .min(1)
      .max(limits.selectOptions),
  })
  .superRefine(({ options, max_values, min_values }, ctx) => {
    const seen = new Set<string>();
    for (const [i, { value }] of options.entries()) {
      if (seen.has(value))
        ctx.addIssue({
          code: 'custom',
          path: ['options', i, 'value'],
          params: { code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED' },
          message: 'The specified option value is already used',
        });
      seen.add(value);
    }
    if ((max_values ?? 1) > options.length || (min_values ?? 1) > (max_values ?? 1))
      ctx.addIssue({
        code: 'custom',
        path: ['max_values'],
        params: { code: 'SELECT_COMPONENT_MAX_VALUES_TOO_LARGE' },
        message: 'min_values, max_values and the number of options do not agree',
      });
  });

/** Users, roles, both, channels: Discord fills the options. */
const autoSelect = z.object({
  type: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  ...selectBase,
  channel_types: z.array(z.int()).optional(),
});

const textInput = z.object({
  type: z.literal(4),
  id,
  custom_id: customId,
  style: z.union([z.literal(1), z.literal(2)]),
  label: z.string().min(1).max(limits.modal.label).nullish(),
  min_length: z.int().min(0).max(limits.modal.value).nullish(),
  max_length: z.int().min(1).max(limits.modal.value).nullish(),
  required: z.boolean().nullish(),
  value: z.string().max(limits.modal.value).nullish(),
  placeholder: z.string().max(limits.modal.placeholder).nullish(),
});

const actionRow = z
  .object({
    type: z.literal(1),
    id,
    components: z
      .array(z.union([button, stringSelect, autoSelect]))
      .min(1)
      .max(limits.rowButtons),
  })
  .superRefine(({ components }, ctx) => {
    if (components.length > 1 && components.some(({ type }) => type !== 2))
      ctx.addIssue({
        code: 'custom',
        path: ['components'],
        params: { code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED' },
        message: 'The specified component exceeds the maximum width',
      });
  });

const media = z.object({ url: mediaUrl });
const description = z.string().max(limits.fileDescription).nullish();
const textDisplay = z.object({ type: z.literal(10), id, content: z.string().min(1).max(4000) });
const thumbnail = z.object({ type: z.literal(11), id, media, description, spoiler: z.boolean().optional() });
const section = z.object({
  type: z.literal(9),
  id,
  components: z.array(textDisplay).min(1).max(3),
  accessory: z.union([button, thumbnail]),
});
const gallery = z.object({
  type: z.literal(12),
  id,
  items: z
    .array(z.object({ media, description, spoiler: z.boolean().optional() }))
    .min(1)
    .max(10),
});
const file = z.object({ type: z.literal(13), id, file: media, spoiler: z.boolean().optional() });
const separator = z.object({
  type: z.literal(14),
  id,
  divider: z.boolean().optional(),
  spacing: z.union([z.literal(1), z.literal(2)]).optional(),
});
const container = z.object({
  type: z.literal(17),
  id,
  components: z.array(z.union([actionRow, textDisplay, section, gallery, file, separator])).min(1),
  accent_color: z.int().min(0).max(0xffffff).nullish(),
  spoiler: z.boolean().optional(),
});

export const plainComponents = z.array(actionRow).max(limits.rows);
export const laidOutComponents = z
  .array(z.union([actionRow, textDisplay, section, gallery, file, separator, container]))
  .max(limits.laidOut.components);

const fileUpload = z.object({
  type: z.literal(19),
  id,
  custom_id: customId,
  min_values: z.int().min(0).max(limits.modal.files).nullish(),
  max_values: z.int().min(1).max(limits.modal.files).nullish(),
  required: z.boolean().nullish(),
});

const modalRow = z.object({
  type: z.literal(1),
  id,
  components: z.array(textInput.extend({ label: z.string().min(1).max(limits.modal.label) })).length(1),
});
const label = z.object({
  type: z.literal(18),
  id,
  label: z.string().min(1).max(limits.modal.label),
  description: z.string().max(limits.modal.description).nullish(),
  component: z.union([textInput, stringSelect, autoSelect, fileUpload]),
});

export const modalBody = z
  .object({
    title: z.string().min(1).max(limits.modal.title),
    custom_id: customId,
    components: z
      .array(z.union([modalRow, label, textDisplay]))
      .min(1)
      .max(limits.modal.components),
  })
  .superRefine(({ components }, ctx) => refuseTwins(components, ctx));

export type ModalBody = z.output<typeof modalBody>;
export type Component =
  | z.output<typeof laidOutComponents>[number]
  | z.output<typeof modalBody>['components'][number];

/** A component that people act on. */
export type Control = Extract<Nested, { custom_id?: string | undefined }>;
type Nested =
  | Component
  | z.output<typeof button>
  | z.output<typeof stringSelect>
  | z.output<typeof autoSelect>
  | z.output<typeof textInput>
  | z.output<typeof thumbnail>
  | z.output<typeof fileUpload>;

/** Every component, nested ones too, in the order in which they are shown. */
export function everyComponent(components: readonly Nested[]): Nested[] {
  return components.flatMap((component): Nested[] => {
    if (component.type === 18) return [component, component.component];
    if (component.type === 9) return [component, ...component.components, component.accessory];
    if (component.type === 1 || component.type === 17)
      return [component, ...everyComponent(component.components)];
    return [component];
  });
}

/** Those with a custom id. */
export function controls(components: readonly Nested[]): Control[] {
  return everyComponent(components).filter(
    (component): component is Control => 'custom_id' in component && component.custom_id !== undefined,
  );
}

/** Files of the message that laid-out components show. */
export function componentFiles(components: readonly Nested[]): readonly string[] {
  const urls = everyComponent(components).flatMap((component) => {
    if (component.type === 11) return [component.media.url];
    if (component.type === 12) return component.items.map(({ media }) => media.url);
    return component.type === 13 ? [component.file.url] : [];
  });
  return urls.flatMap((url) => (url.startsWith('attachment://') ? [url.slice('attachment://'.length)] : []));
}

export function refuseTwins(components: readonly Nested[], ctx: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const { custom_id } of controls(components)) {
    if (custom_id !== undefined && seen.has(custom_id))
      ctx.addIssue({
        code: 'custom',
        path: ['components'],
        input: custom_id,
        params: { code: 'COMPONENT_CUSTOM_ID_DUPLICATED' },
        message: 'Component custom id cannot be duplicated',
      });
    if (custom_id !== undefined) seen.add(custom_id);
  }
}
