/** A platform as the soak plays it: people who say something, what of it the bot acknowledged, what it posted. */

export interface Sent {
  /** As the bot's turns have it. */
  readonly id: string;
  /** For whoever reads a report of something lost. */
  readonly what: string;
  /** The platform has told who asked that nobody took it: no answer is owed. */
  withdrawn(): boolean;
}

/** A reply that people see now. */
export interface Shown {
  /** The message that it answers. */
  readonly to: string;
  readonly final: boolean;
}

export interface SoakSide {
  readonly name: string;
  /** Of the config. */
  readonly section: object;
  /** Secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** Called where a call of the bot has arrived, where it has taken effect, and where an event was acknowledged. */
  onStep: () => void;
  /** Somebody says something in one of several talks; what is said is brought three times, and not in order. */
  say(random: () => number): Promise<Sent>;
  /** Brings again what was never acknowledged, as the platform or an impatient person does. */
  again(): void;
  /** Deliveries of events so far, repeated ones with them. */
  readonly delivered: number;
  shown(): readonly Shown[];
  /** Calls that were refused because they were wrong: there should be none. */
  mistakes(): readonly string[];
  stop(): Promise<void>;
}
