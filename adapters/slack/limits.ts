/** Slack's limits, and how patient we are with it, as data. Lengths are characters. */
import { pictureLimits } from '../../src/foundation/picture.ts';

/** What a message may hold. The sums over a whole message are not documented: above them Slack answers msg_too_long. */
export const messageLimits = {
  blocks: 50,
  /** The text beside the blocks, which notifications show. */
  text: 4_000,
  /** All texts of all blocks together: refused somewhere between 11,000 and 13,000. */
  blocksText: 10_500,
  sectionText: 3_000,
  contextElements: 10,
  actionElements: 25,
  altText: 2_000,
  buttonText: 75,
  buttonValue: 2_000,
  accessibilityLabel: 75,
  actionId: 255,
} as const;

export const viewLimits = {
  blocks: 100,
  title: 24,
  privateMetadata: 3_000,
  options: 100,
  optionText: 75,
  optionValue: 150,
  input: 3_000,
} as const;

/** What we show at most, so that a message stays one that a person reads. */
export const shownLimits = {
  cards: 10,
  people: 10,
  chips: 20,
  buttons: 10,
  searches: 10,
  galleries: 10,
} as const;

export const assistantLimits = { status: 50, title: 150 } as const;

export interface SlackLimits {
  /** Milliseconds between two posts into one channel: Slack allows one a second. */
  readonly betweenPostsMs: number;
  /** Calls of one method a minute, times this: 1 is what Slack's tiers allow. */
  readonly tierFactor: number;
  /** Tries of one call that fails for a passing reason. */
  readonly tries: number;
  /** Milliseconds before the second try; each further one waits twice as long. */
  readonly retryMs: number;
  /** The longest Retry-After that is waited for, in milliseconds: above it, the call has failed. */
  readonly patienceMs: number;
  /** Milliseconds for one answer of Slack. */
  readonly callMs: number;
  /** Times that a file just uploaded is looked at before it is given up: Slack needs a moment to make a picture of it. */
  readonly fileLooks: number;
  /** Milliseconds between two looks. */
  readonly fileLookMs: number;
  /** Bytes of one picture, and milliseconds for fetching it. */
  readonly pictureBytes: number;
  readonly pictureMs: number;
  /** Milliseconds without a pong after which a socket counts as lost, and before it is made again. */
  readonly socketMs: number;
  /** Slack waits so long, in milliseconds, for an acknowledgement: a request that is not done by then is not waited for at the end. */
  readonly ackMs: number;
  /** A reply in a thread that nobody mentioned us in yet waits so long for the mention, which may arrive after it. */
  readonly lateMs: number;
  /** Pictures of so many messages are fetched and put away at once: each may be large, and all of them lie in memory. */
  readonly picturesAtOnce: number;
  /** Milliseconds for which a look at the user groups is good, and for which it counts where Slack does not answer any more. */
  readonly groupsFreshMs: number;
  readonly groupsKeptMs: number;
  /** Milliseconds before they are asked for again where that failed. */
  readonly groupsAgainMs: number;
  /** Milliseconds before an event that failed is tried again, one try each; then it waits for the next start. */
  readonly again: readonly number[];
}

export const slackLimits: SlackLimits = {
  betweenPostsMs: 1_000,
  tierFactor: 1,
  tries: 5,
  retryMs: 500,
  patienceMs: 120_000,
  callMs: 30_000,
  fileLooks: 12,
  fileLookMs: 500,
  pictureBytes: pictureLimits.bytes,
  pictureMs: 60_000,
  socketMs: 5_000,
  ackMs: 3_000,
  lateMs: 360_000,
  picturesAtOnce: 4,
  groupsFreshMs: 180_000,
  groupsKeptMs: 1_800_000,
  groupsAgainMs: 30_000,
  // Some hours: nobody may start the bot anew after an outage of Slack's.
  again: [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000],
};
