/** Discord in the soak: people of the local server who use /find, go on in the threads of their searches, and write directly. */
import { answered, isFinal } from '../../test/adapters/discord/posted-reading.ts';
import { DiscordServer } from '../../test/adapters/discord/server/discord-server.ts';
import type { Person } from '../../test/adapters/discord/server/world.ts';
import type { Sent, Shown, SoakSide } from './soak-side.ts';
import { firstWords, laterWords, oneOf } from './soak-words.ts';

const times = 3;
const persons: readonly Person[] = ['anna', 'boris', 'clara'];
const channel = 'gate';
/** Threads that people still write in. */
const recent = 12;

export class DiscordSide implements SoakSide {
  readonly name = 'discord';
  #said = 0;

  private constructor(private readonly discord: DiscordServer) {}

  static async start(): Promise<DiscordSide> {
    return new DiscordSide(await DiscordServer.start());
  }

  get section(): object {
    return { apiUrl: this.discord.api, attachmentHosts: ['127.0.0.1'] };
  }

  get env(): Readonly<Record<string, string>> {
    return { CHATREID_DISCORD_TOKEN: this.discord.token };
  }

  set onStep(step: () => void) {
    this.discord.rest.onStep = step;
  }

  /** What a RESUME brings again is not counted. */
  get delivered(): number {
    return this.#said * times;
  }

  async say(random: () => number): Promise<Sent> {
    this.#said++;
    const which = random();
    const who = oneOf(persons, random);
    const threads = this.discord.world.threads(channel).slice(-recent);
    if (which < 0.3) return this.#find(who, oneOf(firstWords, random));
    const text = oneOf(random() < 0.4 ? firstWords : laterWords, random);
    const place =
      which < 0.7 && threads.length > 0 ? oneOf(threads, random) : this.discord.people.direct(who);
    const { id } = await this.discord.people.say(who, place.id, text, { times });
    return { id, what: text, withdrawn: () => false };
  }

  /** Whoever used a command that was not acknowledged in three seconds is told so by Discord itself, and asks again. */
  async #find(who: Person, words: string): Promise<Sent> {
    const interaction = await this.discord.people.slash(who, channel, 'find', { words }, { times });
    let over = false;
    void interaction.acknowledged.then(() => {
      over = true;
    });
    return {
      id: interaction.id,
      what: `/find ${words}`,
      withdrawn: () => over && interaction.ack === undefined,
    };
  }

  /** What the bot did not hear is brought by RESUME. */
  again(): void {}

  shown(): readonly Shown[] {
    return this.discord.world.messages.flatMap((message): Shown[] => {
      const to = message.here ? answered(message) : undefined;
      return to === undefined ? [] : [{ to, final: isFinal(message) }];
    });
  }

  /** A process that was killed behind its acknowledgement cannot know of it: the next one says it again. */
  mistakes(): readonly string[] {
    return this.discord.breaches.filter((breach) => !breach.includes('40060'));
  }

  stop(): Promise<void> {
    return this.discord.stop();
  }
}
