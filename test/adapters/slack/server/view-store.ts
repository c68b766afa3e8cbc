/** Modals that are open, home tabs, and the triggers that open modals. */
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import { at, isList, isObject, type Json, type JsonObject, plain } from './json.ts';
import { limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { bot, team } from './workspace.ts';

export interface OpenView {
  readonly id: string;
  readonly user: string;
  readonly root: string;
  readonly previous?: string;
  payload: JsonObject;
  /** Values that were put in, by block id and action id. */
  state: Record<string, Record<string, JsonObject>>;
  updates: number;
  closed: boolean;
}

export class ViewStore {
  readonly modals: OpenView[] = [];
  /** By person. */
  readonly homes = new Map<string, OpenView>();
  readonly #triggers = new Map<string, { readonly user: string; used: boolean; expired: boolean }>();

  constructor(private readonly clock: Clock) {}

  trigger(user: string): string {
    const id = `${this.clock.seconds()}.${this.clock.id('').slice(-6)}.${team.id.toLowerCase()}`;
    this.#triggers.set(id, { user, used: false, expired: false });
    return id;
  }

  /** @throws Refusal invalid_trigger_id, exchanged_trigger_id, expired_trigger_id */
  redeem(id: string): string {
    const found = this.#triggers.get(id);
    if (found === undefined) throw new Refusal('invalid_trigger_id');
    if (found.used) throw new Refusal('exchanged_trigger_id');
    if (found.expired) throw new Refusal('expired_trigger_id');
    found.used = true;
    return found.user;
  }

  /** Three seconds are over for all triggers that were given: by script, because a test's machine may be slower than any bot. */
  expireTriggers(): void {
    for (const trigger of this.#triggers.values()) trigger.expired = true;
  }

  /** The modal that a person sees. */
  top(user: string): OpenView | undefined {
    return this.modals.filter((view) => view.user === user && !view.closed).at(-1);
  }

  open(user: string, payload: JsonObject, onto?: OpenView): OpenView {
    if (onto === undefined) this.#close(user);
    else if (
      this.modals.filter((view) => view.root === onto.root && !view.closed).length >= limits.view.stack
    )
      throw new Refusal('push_limit_reached');
    const id = this.clock.id('V');
    const view: OpenView = {
      id,
      user,
      root: onto?.root ?? id,
      ...(onto === undefined ? {} : { previous: onto.id }),
      payload: this.#withIds(payload),
      state: {},
      updates: 0,
      closed: false,
    };
    view.state = initialState(view.payload);
    this.modals.push(view);
    return view;
  }

  publish(user: string, payload: JsonObject): OpenView {
    const known = this.homes.get(user);
    if (known !== undefined) {
      this.update(known, payload);
      return known;
    }
    const id = this.clock.id('V');
    const view: OpenView = {
      id,
      user,
      root: id,
      payload: this.#withIds(payload),
      state: {},
      updates: 0,
      closed: false,
    };
    this.homes.set(user, view);
    return view;
  }

  update(view: OpenView, payload: JsonObject): void {
    const before = view.state;
    view.payload = this.#withIds(payload);
    view.updates++;
    view.state = initialState(view.payload);
    for (const [block, actions] of Object.entries(before)) {
      if (view.state[block] !== undefined) Object.assign(view.state[block], actions);
    }
  }

  /** @throws Refusal not_found, hash_conflict */
  find({ id, externalId, hash }: { id: string; externalId: string; hash: string }): OpenView {
    const found = [...this.modals, ...this.homes.values()].find((view) =>
      id === '' ? externalId !== '' && view.payload.external_id === externalId : view.id === id,
    );
    if (found === undefined || found.closed) throw new Refusal('not_found');
    if (hash !== '' && hash !== hashOf(found)) throw new Refusal('hash_conflict');
    return found;
  }

  json(view: OpenView): JsonObject {
    return plain({
      title: undefined,
      submit: null,
      close: null,
      private_metadata: '',
      callback_id: '',
      external_id: '',
      ...view.payload,
      id: view.id,
      team_id: team.id,
      app_id: bot.app,
      bot_id: bot.id,
      app_installed_team_id: team.id,
      root_view_id: view.root,
      previous_view_id: view.previous ?? null,
      hash: hashOf(view),
      state: { values: view.state },
    });
  }

  #close(user: string): void {
    for (const view of this.modals) {
      if (view.user === user) view.closed = true;
    }
  }

  #withIds(payload: JsonObject): JsonObject {
    const blocks = isList(payload.blocks) ? payload.blocks : [];
    return {
      ...payload,
      blocks: blocks.map((block) =>
        isObject(block) && block.block_id === undefined ? { ...block, block_id: this.clock.id('b-') } : block,
      ),
    };
  }
}

function hashOf(view: OpenView): string {
  const digest = createHash('sha256').update(JSON.stringify(view.payload)).digest('hex');
  return `${view.updates}.${digest.slice(0, 8)}`;
}

/** What inputs hold before anybody touches them: their initial values, or nothing. */
function initialState(payload: JsonObject): Record<string, Record<string, JsonObject>> {
  const state: Record<string, Record<string, JsonObject>> = {};
  for (const block of isList(payload.blocks) ? payload.blocks : []) {
    for (const element of inputsOf(block)) {
      const blockId = String(at(block, 'block_id'));
      state[blockId] = { ...state[blockId], [String(element.action_id)]: initialValue(element) };
    }
  }
  return state;
}

/** Elements of a block that hold a value. */
export function inputsOf(block: Json): readonly JsonObject[] {
  const elements = at(block, 'elements');
  return [at(block, 'element'), at(block, 'accessory'), ...(isList(elements) ? elements : [])].filter(
    (element): element is JsonObject =>
      isObject(element) &&
      typeof element.type === 'string' &&
      !['button', 'image', 'mrkdwn', 'plain_text', 'overflow'].includes(element.type),
  );
}

function initialValue(element: JsonObject): JsonObject {
  const type = String(element.type);
  if (/_input$/.test(type)) return { type, value: element.initial_value ?? null };
  if (type === 'datepicker') return { type, selected_date: element.initial_date ?? null };
  if (type === 'timepicker') return { type, selected_time: element.initial_time ?? null };
  if (type === 'datetimepicker') return { type, selected_date_time: element.initial_date_time ?? null };
  if (type.startsWith('multi_') || type === 'checkboxes')
    return { type, selected_options: element.initial_options ?? [] };
  return { type, selected_option: element.initial_option ?? null };
}
