/** A modal that a person fills in and sends, and what the app makes of it. */
import type { Delivery } from './courier.ts';
import { heldValue } from './find-element.ts';
import { isList, isObject, type Json, type JsonObject, textAt } from './json.ts';
import type { Parts } from './parts.ts';
import { checkView } from './view-rules.ts';
import { inputsOf, type OpenView } from './view-store.ts';

export interface SubmissionOutcome {
  readonly deliveries: readonly Delivery[];
  /** By block id; the modal is open still. */
  readonly errors: Readonly<Record<string, string>>;
}

export class Submission {
  constructor(
    private readonly view: OpenView,
    private readonly parts: Parts,
  ) {}

  /** @throws Error where an input is not there, or one that must be filled is empty */
  fill(values: Readonly<Record<string, string | readonly string[]>>): void {
    const blocks = isList(this.view.payload.blocks) ? this.view.payload.blocks.filter(isObject) : [];
    const left = new Set(Object.keys(values));
    for (const block of blocks) {
      for (const element of inputsOf(block)) {
        const names = [
          textAt(block, 'label', 'text'),
          textAt(element, 'action_id'),
          textAt(block, 'block_id'),
        ];
        const name = names.find((one) => left.has(one));
        if (name === undefined) continue;
        left.delete(name);
        this.#put(block, element, heldValue(element, values[name] ?? ''));
      }
      this.#demand(block);
    }
    if (left.size > 0) throw new Error(`The modal has no ${[...left].join(', ')}.`);
  }

  /** @throws Error where the app's answer is none that Slack takes */
  apply(deliveries: readonly Delivery[]): SubmissionOutcome {
    const answered = deliveries.find(({ ackMs }) => ackMs !== undefined);
    // Without an answer the modal stays, and says that it could not connect.
    if (answered === undefined)
      return { deliveries, errors: { '': 'We had some trouble connecting. Try again?' } };
    const answer = isObject(answered.answer) ? answered.answer : {};
    switch (answer.response_action) {
      case undefined:
        this.view.closed = true;
        return { deliveries, errors: {} };
      case 'errors':
        return { deliveries, errors: this.#errors(answer) };
      case 'clear':
        for (const modal of this.parts.views.modals) {
          if (modal.user === this.view.user) modal.closed = true;
        }
        return { deliveries, errors: {} };
      case 'update':
        this.parts.views.update(this.view, this.#checked(answer));
        return { deliveries, errors: {} };
      case 'push':
        this.parts.views.open(this.view.user, this.#checked(answer), this.view);
        return { deliveries, errors: {} };
      default:
        throw new Error(`response_action is ${String(answer.response_action)}.`);
    }
  }

  #put(block: JsonObject, element: JsonObject, value: JsonObject): void {
    const blockId = textAt(block, 'block_id');
    const actionId = textAt(element, 'action_id');
    this.view.state[blockId] = { ...this.view.state[blockId], [actionId]: value };
  }

  /** Slack itself does not send a modal in which a needed input is empty. */
  #demand(block: JsonObject): void {
    if (block.type !== 'input' || block.optional === true) return;
    const held = Object.values(this.view.state[textAt(block, 'block_id')] ?? {});
    const empty = held.every((value) =>
      Object.entries(value).every(
        ([name, one]) => name === 'type' || one === null || (isList(one) && one.length === 0),
      ),
    );
    if (empty) throw new Error(`Please complete this required field: ${textAt(block, 'label', 'text')}`);
  }

  #errors(answer: JsonObject): Record<string, string> {
    const errors = isObject(answer.errors) ? answer.errors : {};
    const blocks: readonly Json[] = isList(this.view.payload.blocks) ? this.view.payload.blocks : [];
    const inputs = new Set(
      blocks.filter((one) => isObject(one) && one.type === 'input').map((one) => textAt(one, 'block_id')),
    );
    for (const block of Object.keys(errors)) {
      if (!inputs.has(block)) throw new Error(`An error names ${block}, which is no input block.`);
    }
    return Object.fromEntries(Object.entries(errors).map(([block, error]) => [block, String(error)]));
  }

  #checked({ view }: JsonObject): JsonObject {
    const found = checkView(view, 'modal', (file) => this.parts.files.shows(file));
    if (found.length > 0 || !isObject(view)) throw new Error(found.join('\n'));
    return view;
  }
}
