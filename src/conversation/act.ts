/** Everything that a person can do in a talk, as data: a button is one, and free text is read into some. */
import type { Trait } from '../foundation/person-attributes.ts';

/** A picture of the talk. */
export type PictureRef =
  /** Of the answer that was shown last; 1 is the best. */
  | { readonly rank: number }
  /** Sent earlier, or one of the gallery. */
  | { readonly pictureId: string }
  /** Of this message; 0 is the first. Becomes a `pictureId` before it is kept. */
  | { readonly attachment: number }
  /** The picture that is searched with. */
  | { readonly query: true };

/** What of a search can be taken back. */
export type Part =
  | 'words'
  | 'pictures'
  | 'exclusions'
  | 'cameras'
  | 'places'
  | 'time'
  | 'answers'
  | 'gallery';

export type Act =
  /** Words about the person, in the user's own words. They add to what was said; what contradicts is overridden. */
  | { readonly act: 'clue'; readonly words: string; readonly traits?: readonly Trait[] }
  /** Pictures of the person: a first one starts a search; `add` makes it one more view of the same person. */
  | { readonly act: 'show'; readonly pictures: readonly PictureRef[]; readonly add?: boolean }
  /** "not 2" */
  | { readonly act: 'exclude'; readonly pictures: readonly PictureRef[] }
  /** "use 1": a found candidate is searched with from now on, beside the words. */
  | { readonly act: 'choose'; readonly picture: PictureRef }
  /** Alternatives within a field, all fields together; a field that is given replaces what held before. */
  | {
      readonly act: 'constrain';
      readonly cameras?: readonly string[];
      readonly places?: readonly string[];
      /** ISO 8601 in UTC, inclusive. */
      readonly after?: string;
      readonly before?: string;
      readonly gallery?: string;
    }
  /** Takes a part back, or of a part one value: `cameras` and `3`, `words` and one clue, `exclusions` and a picture id. */
  | { readonly act: 'lift'; readonly part: Part; readonly value?: string }
  /** What two pictures have in common and what differs. */
  | { readonly act: 'compare'; readonly first: PictureRef; readonly second: PictureRef }
  /** Do two pictures show the same person? */
  | { readonly act: 'verify'; readonly first: PictureRef; readonly second: PictureRef }
  /** Why is this candidate where it is? Without a picture: the first one. */
  | { readonly act: 'why'; readonly picture?: PictureRef }
  /** What does this person look like? */
  | { readonly act: 'describe'; readonly picture: PictureRef }
  /** The next candidates. */
  | { readonly act: 'more' }
  /** A free question about a picture: "is there a hat on 1?" */
  | { readonly act: 'ask'; readonly question: string; readonly picture: PictureRef }
  /** An answer to the bot's own question. `question`: its id; without it the one that is open. */
  | { readonly act: 'answer'; readonly question?: string; readonly value: 'yes' | 'no' | 'unknown' }
  /** The picture showed several people, and this is the one; 1 is the first. */
  | { readonly act: 'person'; readonly number: number }
  /** Keeps the attached pictures in the gallery, with what is known of them. */
  | {
      readonly act: 'register';
      readonly pictures: readonly PictureRef[];
      readonly camera?: string;
      readonly place?: string;
      readonly time?: string;
      readonly person?: string;
    }
  /** Removes a picture from gallery and talk. */
  | { readonly act: 'forget'; readonly pictures: readonly PictureRef[] }
  /** What the search is for: kept with it. */
  | { readonly act: 'case'; readonly purpose: string }
  /**
   * A second person lets a search go on that waits for one. `request`: the id of the message that it waits since; without it the
   * search that waits in this talk.
   */
  | { readonly act: 'approve'; readonly request?: string }
  | { readonly act: 'reset' }
  | { readonly act: 'undo' }
  | { readonly act: 'help' }
  /** Text that asks for something which cannot be done, with the sentence to answer. */
  | { readonly act: 'unclear'; readonly hint: string };

export type ActName = Act['act'];
