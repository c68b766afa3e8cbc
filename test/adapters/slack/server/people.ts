/** What people do in the workspace: write, attach, press, submit, open. Everything that the app is to hear of it is brought by the courier. */
import { postAsBot, whisper } from './chat-methods.ts';
import type { Courier, Delivery, Handling } from './courier.ts';
import { findElement, heldValue } from './find-element.ts';
import { InteractionPayloads } from './interactions.ts';
import { at, isList, isObject, type Json, type JsonObject, plain, textAt } from './json.ts';
import { messageJson } from './message-json.ts';
import type { Parts } from './parts.ts';
import type { ResponseUrls } from './response-urls.ts';
import { Submission, type SubmissionOutcome } from './submission.ts';
import type { OpenView } from './view-store.ts';
import { bot, type Channel, type Ephemeral, type SlackMessage, team } from './workspace.ts';

export interface SaidOnSlack {
  readonly ts: string;
  readonly channel: string;
  /** Where replies to it go. */
  readonly thread: string;
  /** Resolves when the app has acknowledged all of it, or Slack gave up; rejects never. */
  readonly acknowledged: Promise<readonly Delivery[]>;
}

export interface Attached {
  readonly name: string;
  readonly bytes: Buffer;
  /** Of another company: the app is told its id alone. */
  readonly connect?: boolean;
  /** Kept elsewhere. */
  readonly externalUrl?: string;
}

export interface Saying {
  readonly user?: string;
  /** C0GATE where it is not said; `im` is the direct conversation with the bot. */
  readonly channel?: string;
  readonly text?: string;
  readonly thread?: string;
  readonly files?: readonly Attached[];
  /** A mention of the bot stands before the text. */
  readonly mention?: boolean;
  /** A reply that is shown in the channel as well. */
  readonly broadcast?: boolean;
  readonly ts?: string;
}

interface InMessage {
  readonly user?: string;
  readonly channel?: string;
  readonly ts: string;
}

interface InView {
  readonly user?: string;
  readonly view: 'modal' | 'home';
}

export class People {
  readonly #payloads: InteractionPayloads;

  constructor(
    private readonly parts: Parts,
    private readonly courier: Courier,
    private readonly responseUrls: ResponseUrls,
    enterprise: string | undefined,
  ) {
    this.#payloads = new InteractionPayloads(parts, enterprise);
  }

  say(saying: Saying, handling: Handling = {}): SaidOnSlack {
    const { user = anna, text = '', thread, files = [], mention = false, ts } = saying;
    const channel = this.#channel(saying.channel, user);
    const uploads = files.map((file) =>
      this.parts.files.add({
        ...file,
        user,
        completed: true,
        ...(file.externalUrl === undefined ? {} : { externalUrl: file.externalUrl }),
      }),
    );
    const subtype =
      files.length > 0 ? 'file_share' : saying.broadcast === true ? 'thread_broadcast' : undefined;
    const message = this.parts.workspace.post(channel, {
      user,
      text: mention ? `<@${bot.user}> ${text}` : text,
      ...(thread === undefined ? {} : { threadTs: thread }),
      ...(ts === undefined ? {} : { ts }),
      ...(subtype === undefined ? {} : { subtype }),
      fileIds: uploads.map(({ id }) => id),
    });
    const where = {
      channel: channel.id,
      ts: message.ts,
      ...(thread === undefined ? {} : { threadTs: thread }),
    };
    for (const upload of uploads) upload.shares.push(where);
    return this.#said(message, this.parts.events.tell({ kind: 'posted', message }, handling));
  }

  /** In the thread of a message. */
  reply(to: Pick<SaidOnSlack, 'channel' | 'thread'>, saying: Saying, handling?: Handling): SaidOnSlack {
    return this.say({ ...saying, channel: to.channel, thread: to.thread }, handling);
  }

  upload(files: readonly Attached[], saying: Saying = {}, handling?: Handling): SaidOnSlack {
    return this.say({ ...saying, files }, handling);
  }

  edit(to: Pick<SaidOnSlack, 'channel' | 'ts'>, text: string, handling: Handling = {}): SaidOnSlack {
    const message = this.parts.workspace.message(to.channel, to.ts);
    const before = messageJson(message, this.parts.files);
    this.parts.workspace.edit(message, { text });
    return this.#said(message, this.parts.events.tell({ kind: 'edited', message, before }, handling));
  }

  remove(to: Pick<SaidOnSlack, 'channel' | 'ts'>, handling: Handling = {}): SaidOnSlack {
    const message = this.parts.workspace.message(to.channel, to.ts);
    const before = messageJson(message, this.parts.files);
    message.deleted = true;
    return this.#said(message, this.parts.events.tell({ kind: 'deleted', message, before }, handling));
  }

  /** Deletes a file that is shared in messages. */
  removeFile(id: string): void {
    const file = this.parts.files.file(id);
    file.deleted = true;
    delete file.bytes;
  }

  /**
   * Presses a button, or chooses from a menu.
   *
   * @param wanted its label, its action id, or a pattern
   * @param choice option of a menu by text or value, a date, a time
   * @throws Error where it is not there
   */
  press(
    where: InMessage | InView,
    wanted: string | RegExp,
    choice?: string | readonly string[],
    handling: Handling = {},
  ): Promise<readonly Delivery[]> {
    const { user = anna } = where;
    if ('view' in where) {
      const view = this.#view(where.view, user);
      const found = findElement(view.payload.blocks, wanted);
      const chosen = choice === undefined ? {} : heldValue(found.element, choice);
      const changed = choice === undefined ? undefined : chosen;
      if (changed !== undefined)
        view.state[found.blockId] = {
          ...view.state[found.blockId],
          [textAt(found.element, 'action_id')]: changed,
        };
      return this.#interact(this.#payloads.pressedInView(user, view, found, chosen), handling);
    }
    const channel = this.#channel(where.channel, user);
    const message = this.#seen(channel, where.ts, user);
    const found = findElement(message.blocks, wanted);
    const chosen = choice === undefined ? {} : heldValue(found.element, choice);
    const occasion = { channel: channel.id, user, ts: message.ts };
    const thread = message.threadTs === undefined ? {} : { threadTs: message.threadTs };
    const url = this.#responseUrl({ ...occasion, ...thread });
    return this.#interact(this.#payloads.pressed(user, channel, message, found, chosen, url), handling);
  }

  /** Options that the app offers for what was typed in a menu that it fills. */
  async suggest(where: InView, wanted: string | RegExp, typed: string): Promise<readonly JsonObject[]> {
    const { user = anna } = where;
    const view = this.#view(where.view, user);
    const found = findElement(view.payload.blocks, wanted);
    const [delivery] = await this.#interact(this.#payloads.suggestion(user, view, found, typed));
    const options = at(delivery?.answer, 'options');
    return isList(options) ? options.filter(isObject) : [];
  }

  /**
   * Fills in the modal that is open and sends it.
   *
   * @param values by label or action id of an input: text, the text of an option, a date as 2026-05-12, a time as 13:05
   * @returns what the app answered: errors by block id, another view
   * @throws Error where no modal is open, an input is not there, or one that must be filled is empty
   */
  async submit(
    values: Readonly<Record<string, string | readonly string[]>> = {},
    { user = anna, ...handling }: { readonly user?: string } & Handling = {},
  ): Promise<SubmissionOutcome> {
    const view = this.#view('modal', user);
    const submission = new Submission(view, this.parts);
    submission.fill(values);
    const deliveries = await this.#interact(this.#payloads.submitted(user, view), handling);
    return submission.apply(deliveries);
  }

  closeView({
    user = anna,
    ...handling
  }: { readonly user?: string } & Handling = {}): Promise<readonly Delivery[]> {
    const view = this.#view('modal', user);
    view.closed = true;
    if (view.payload.notify_on_close !== true) return Promise.resolve([]);
    return this.#interact(this.#payloads.closed(user, view), handling);
  }

  /** @param command `/find` @throws Error where the app has no such command */
  async slash(
    command: string,
    text = '',
    { user = anna, channel: name }: { readonly user?: string; readonly channel?: string } = {},
    handling: Handling = {},
  ): Promise<readonly Delivery[]> {
    if (!this.parts.app.commands.has(command)) throw new Error(`${command} is not a valid command.`);
    const channel = this.#channel(name, user);
    const url = this.#responseUrl({ channel: channel.id, user });
    const body = this.#payloads.slash(user, channel, command, text, url);
    const deliveries = await this.courier.deliver({ kind: 'slash_commands', body }, handling);
    const said = deliveries.find(({ answer }) => isObject(answer))?.answer;
    if (isObject(said)) this.#answered(said, channel, user);
    return deliveries;
  }

  /** @param on the message whose menu it is chosen from; without it a shortcut of the whole workspace */
  shortcut(
    callback: string,
    on?: Pick<SaidOnSlack, 'channel' | 'ts'>,
    { user = anna, ...handling }: { readonly user?: string } & Handling = {},
  ): Promise<readonly Delivery[]> {
    const known = on === undefined ? this.parts.app.shortcuts.global : this.parts.app.shortcuts.message;
    if (!known.has(callback)) throw new Error(`The app has no shortcut ${callback}.`);
    if (on === undefined) return this.#interact(this.#payloads.globalShortcut(user, callback), handling);
    const channel = this.parts.workspace.channel(on.channel);
    const message = this.parts.workspace.message(on.channel, on.ts);
    const url = this.#responseUrl({ channel: channel.id, user, ts: message.ts });
    return this.#interact(this.#payloads.messageShortcut(user, callback, channel, message, url), handling);
  }

  openHome(user = anna, handling: Handling = {}): Promise<readonly Delivery[]> {
    const channel = this.parts.workspace.direct(user);
    const home = this.parts.views.homes.get(user);
    const event = plain({
      type: 'app_home_opened',
      user,
      channel: channel.id,
      tab: 'home',
      view: home === undefined ? undefined : this.parts.views.json(home),
      event_ts: this.parts.workspace.clock.ts(),
    });
    return this.parts.events.send(event, { name: 'app_home_opened', channel }, handling);
  }

  /** Opens the assistant's pane: a thread in the direct conversation, with what the person looks at. */
  openAssistant(user = anna, looksAt: string | undefined = undefined, handling: Handling = {}): SaidOnSlack {
    const channel = this.parts.workspace.direct(user);
    const root = this.parts.workspace.post(channel, {
      user: bot.user,
      text: 'New Assistant Thread',
      subtype: 'assistant_app_thread',
    });
    const acknowledged = this.#assistantEvent('assistant_thread_started', user, root.ts, looksAt, handling);
    return { ts: root.ts, channel: channel.id, thread: root.ts, acknowledged };
  }

  /** The person looks at another channel while the pane is open. */
  lookAt(thread: SaidOnSlack, channel: string, user = anna): Promise<readonly Delivery[]> {
    return this.#assistantEvent('assistant_thread_context_changed', user, thread.thread, channel, {});
  }

  #assistantEvent(
    type: string,
    user: string,
    threadTs: string,
    looksAt: string | undefined,
    handling: Handling,
  ): Promise<readonly Delivery[]> {
    const channel = this.parts.workspace.direct(user);
    const context =
      looksAt === undefined ? {} : { channel_id: looksAt, team_id: team.id, enterprise_id: null };
    const event = {
      type,
      assistant_thread: { user_id: user, context, channel_id: channel.id, thread_ts: threadTs },
      event_ts: this.parts.workspace.clock.ts(),
    };
    return this.parts.events.send(event, { name: type, scope: 'assistant:write', channel }, handling);
  }

  #said({ ts, channel, threadTs }: SlackMessage, acknowledged: Promise<readonly Delivery[]>): SaidOnSlack {
    return { ts, channel, thread: threadTs ?? ts, acknowledged };
  }

  /** Interactions are off until the app's settings say otherwise; then nothing happens at all. */
  #interact(body: JsonObject, handling: Handling = {}): Promise<readonly Delivery[]> {
    if (!this.parts.app.interactive) return Promise.resolve([]);
    return this.courier.deliver({ kind: 'interactive', body }, handling);
  }

  #channel(name: string | undefined, user: string): Channel {
    return name === 'im' ? this.parts.workspace.direct(user) : this.parts.workspace.channel(name ?? 'C0GATE');
  }

  #seen(channel: Channel, ts: string, user: string): SlackMessage | Ephemeral {
    const ephemeral = this.parts.workspace.ephemerals.find(
      (one) => one.ts === ts && one.user === user && !one.deleted,
    );
    return ephemeral ?? this.parts.workspace.message(channel.id, ts);
  }

  #view(kind: 'modal' | 'home', user: string): OpenView {
    const view = kind === 'home' ? this.parts.views.homes.get(user) : this.parts.views.top(user);
    if (view === undefined) throw new Error(`${user} has no ${kind} open.`);
    return view;
  }

  #responseUrl(occasion: Parameters<ResponseUrls['add']>[0]): string {
    return `${this.parts.origin()}${this.responseUrls.add(occasion)}`;
  }

  /** What came with the acknowledgement of a slash command. */
  #answered(said: JsonObject, channel: Channel, user: string): void {
    const shown: JsonObject = said;
    if (shown.text === undefined && shown.blocks === undefined) return;
    if (shown.response_type !== 'in_channel') {
      whisper(channel, user, shown, this.parts);
      return;
    }
    const blocks: Json | undefined = shown.blocks;
    const draft = {
      user: bot.user,
      text: textAt(shown, 'text'),
      ...(blocks === undefined ? {} : { blocks }),
    };
    postAsBot(channel, draft, this.parts);
  }
}

const anna = 'U0ANNA';
