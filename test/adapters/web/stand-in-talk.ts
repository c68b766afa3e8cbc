/** One conversation of the stand-in: a search by captions and by who is known to be on a picture. */
import type { Act, PictureRef } from '../../../src/conversation/act.ts';
import { type DialogueState, emptyState, type Turn } from '../../../src/conversation/dialogue-state.ts';
import type { Message } from '../../../src/conversation/message.ts';
import { withRefs } from '../../../src/conversation/picture-refs.ts';
import type { Question } from '../../../src/conversation/question.ts';
import type { Button, CandidateCard, Chip, Reply } from '../../../src/conversation/reply.ts';
import { percentOf } from '../../../src/retrieval/confidence-text.ts';
import type { Decision, SearchResult } from '../../../src/retrieval/search-result.ts';
import { type DemoPicture, demoGallery, demoPictures } from './demo-people.ts';

const byId = new Map(demoPictures.map((picture) => [picture.pictureId, picture]));

interface Sought {
  pictures: string[];
  words: string[];
  negatives: string[];
  cameras: string[];
  places: string[];
  after?: string;
  before?: string;
  top: number;
}

const nothing = (): Sought => ({ pictures: [], words: [], negatives: [], cameras: [], places: [], top: 10 });

export class StandInTalk {
  readonly turns: Turn[] = [];
  readonly replies: Reply[] = [];
  readonly #past: Sought[] = [];
  #sought = nothing();
  #shown: string[] = [];
  #sent: readonly string[] = [];
  #asked = false;

  get state(): DialogueState {
    const { cameras, places, after, before, top } = this.#sought;
    return {
      ...emptyState('demo'),
      cameras,
      places,
      top,
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
    };
  }

  /** @returns the first page (where a search is done) and the final reply */
  /** @param sent ids under which the pictures of the message are kept */
  answer(message: Message, sent: readonly string[]): { first?: Reply; final: Reply } {
    this.#sent = sent;
    const acts = [...(message.acts ?? []), ...this.#read(message)];
    this.turns.push({
      messageId: message.id,
      user: message.user,
      at: message.at,
      text: message.text,
      acts: acts.map((act) => keep(act, sent)),
      outcome: {},
    });
    this.#past.push(structuredClone(this.#sought));
    const said: string[] = [];
    let search = false;
    let people = false;
    for (const act of acts) {
      const done = this.#apply(act, message, said);
      search ||= done === 'search';
      people ||= done === 'people';
    }
    const final = people
      ? this.#people(message)
      : search
        ? this.#page(message, 'final', said)
        : this.#reply(message, 'final', { text: said });
    this.replies.push(final);
    return search && !people ? { first: this.#page(message, 'first', []), final } : { final };
  }

  #read({ text, attachments }: Message): Act[] {
    const acts: Act[] = [];
    const picture = (number: string | undefined): PictureRef => ({ rank: Number(number ?? 1) });
    let rest = text;
    const take = (pattern: RegExp, make: (found: RegExpExecArray) => Act | undefined) => {
      const found = pattern.exec(rest);
      const act = found && make(found);
      if (!act) return;
      acts.push(act);
      rest = rest.replace(pattern, ' ');
    };
    if (attachments.length > 0 && /same person/i.test(text)) {
      return [{ act: 'verify', first: { rank: 1 }, second: { attachment: 0 } }];
    }
    if (attachments.length > 0)
      acts.push({ act: 'show', pictures: attachments.map((_, attachment) => ({ attachment })) });
    take(/^\s*start over\s*$/i, () => ({ act: 'reset' }));
    take(/^\s*help\s*$/i, () => ({ act: 'help' }));
    take(/^\s*undo\s*$/i, () => ({ act: 'undo' }));
    take(/^\s*more\s*$/i, () => ({ act: 'more' }));
    take(/\bwhy\b\s*(?:#?(\d+))?\??/i, ([, number]) => ({ act: 'why', picture: picture(number) }));
    take(/\buse #?(\d+)/i, ([, number]) => ({ act: 'choose', picture: picture(number) }));
    take(/\bnot #?(\d+)\b/i, ([, number]) => ({ act: 'exclude', pictures: [picture(number)] }));
    take(/\b(?:only )?camera (\w+)/i, ([, camera]) => ({ act: 'constrain', cameras: [camera ?? ''] }));
    take(/\bin the afternoon\b/i, () => ({
      act: 'constrain',
      after: '2026-05-12T12:00:00.000Z',
      before: '2026-05-12T18:00:00.000Z',
    }));
    take(/did we see this (man|woman|person)[^?]*\??/i, () => undefined);
    rest = rest
      .replace(/did we see this[^?]*\??/i, '')
      .replace(/^[\s,.]*(and|he had|she had|[\s,.])*/i, '')
      .trim();
    if (/\w/.test(rest)) acts.push({ act: 'clue', words: rest.replace(/[,.\s]+$/, '') });
    return acts;
  }

  #apply(act: Act, message: Message, said: string[]): 'search' | 'people' | undefined {
    const sought = this.#sought;
    const ids = (refs: readonly PictureRef[]) => refs.map((ref) => this.#id(ref));
    switch (act.act) {
      case 'clue':
        sought.words.push(act.words);
        return 'search';
      case 'show':
        if (message.attachments.some(({ name }) => name.startsWith('frame'))) return 'people';
        sought.pictures = ids(act.pictures);
        return 'search';
      case 'choose':
        sought.pictures = ids([act.picture]);
        return 'search';
      case 'person':
        sought.pictures = [demoGallery[act.number]!.pictureId];
        return 'search';
      case 'exclude':
        sought.negatives.push(...ids(act.pictures));
        return 'search';
      case 'constrain':
        if (act.cameras) sought.cameras = [...act.cameras];
        if (act.places) sought.places = [...act.places];
        if (act.after) sought.after = act.after;
        if (act.before) sought.before = act.before;
        return 'search';
      case 'lift':
        this.#lift(act.part, act.value);
        return 'search';
      case 'more':
        sought.top += 10;
        return 'search';
      case 'answer':
        this.#asked = true;
        if (act.value === 'yes') sought.words.push('backpack');
        return 'search';
      case 'why': {
        const { rank, card } = this.#candidate(act.picture ?? { rank: 1 });
        said.push(
          `#${rank} is ${card?.caption.toLowerCase() ?? 'unknown'}`,
          'Both: dark trousers (0.93 and 0.88), short hair (0.90 and 0.81). Only on the query: a backpack (0.71 against 0.22).',
        );
        return undefined;
      }
      case 'compare':
        said.push(
          'Both: adult (0.97 and 0.95), trousers (0.92 and 0.90).',
          'They differ: red top (0.91 against 0.06).',
        );
        return undefined;
      case 'verify':
        said.push(
          'Probably the same person: 91 %. Of pairs that look this alike, about 9 in 10 show one person.',
        );
        return undefined;
      case 'reset':
        this.#sought = nothing();
        this.#asked = false;
        said.push('Forgotten. Whom are you looking for?');
        return undefined;
      case 'undo':
        this.#past.pop();
        this.#sought = this.#past.pop() ?? nothing();
        return 'search';
      case 'help':
        said.push(
          'Describe the person, or send a picture. Then: "not 2", "use 1", "why 3", "only camera 4", "in the afternoon", "more", "start over".',
        );
        return undefined;
      default:
        said.push(`(${act.act})`);
        return undefined;
    }
  }

  #lift(part: string, value: string | undefined): void {
    const sought = this.#sought;
    const without = (list: string[]) => (value === undefined ? [] : list.filter((one) => one !== value));
    if (part === 'words') sought.words = without(sought.words);
    if (part === 'pictures') sought.pictures = without(sought.pictures);
    if (part === 'exclusions') sought.negatives = without(sought.negatives);
    if (part === 'cameras') sought.cameras = without(sought.cameras);
    if (part === 'places') sought.places = without(sought.places);
    if (part === 'time') {
      delete sought.after;
      delete sought.before;
    }
  }

  #id(ref: PictureRef): string {
    if ('pictureId' in ref) return ref.pictureId;
    if ('rank' in ref) return this.#shown[ref.rank - 1] ?? '';
    if ('attachment' in ref) return this.#sent[ref.attachment] ?? '';
    return this.#sought.pictures[0] ?? '';
  }

  #candidate(ref: PictureRef): { rank: number; card: DemoPicture | undefined } {
    const id = 'pictureId' in ref ? ref.pictureId : 'rank' in ref ? this.#shown[ref.rank - 1] : undefined;
    return { rank: this.#shown.indexOf(id ?? '') + 1, card: byId.get(id ?? '') };
  }

  #ranking(stage: 'first' | 'final'): { picture: DemoPicture; score: number }[] {
    const { pictures, words, negatives, cameras, places, after, before } = this.#sought;
    const persons = new Set(pictures.map((id) => byId.get(id)?.personId));
    const clues =
      words
        .join(' ')
        .toLowerCase()
        .match(/[a-z]{3,}/g)
        ?.slice(0, 20) ?? [];
    const score = (picture: DemoPicture, at: number) => {
      const caption = picture.caption.toLowerCase();
      const hits = clues.filter((clue) => caption.includes(clue)).length / Math.max(1, clues.length);
      const base = (persons.has(picture.personId) ? 0.55 : 0) + hits * 0.38 + ((at * 37) % 11) / 150;
      // The filter's first page is a little wrong, so that the final one has something to put right.
      return stage === 'first' ? base * 0.8 + ((at * 53) % 17) / 90 : base;
    };
    return demoGallery
      .map((picture, at) => ({ picture, score: score(picture, at) }))
      .filter(
        ({ picture }) =>
          !negatives.includes(picture.pictureId) &&
          (cameras.length === 0 || cameras.includes(picture.cameraId)) &&
          (places.length === 0 || places.includes(picture.place)) &&
          (after === undefined || picture.time >= after) &&
          (before === undefined || picture.time <= before),
      )
      .sort((a, b) => b.score - a.score);
  }

  #page(message: Message, stage: 'first' | 'final', said: string[]): Reply {
    const ranking = this.#ranking(stage);
    const top = ranking.slice(0, this.#sought.top);
    this.#shown = top.map(({ picture }) => picture.pictureId);
    const best = top[0]?.score ?? 0;
    const decision: Decision = best > 0.5 ? 'found' : best > 0.3 ? 'unsure' : 'not-in-gallery';
    const sentence = {
      found:
        'Found: about 1 % of searches for somebody who is not there, or fewer, stand out from their strangers like this.',
      unsure: 'Unsure: more than about 1 % of searches for somebody who is not there look like this.',
      'not-in-gallery':
        'Probably not in this gallery: 95 % of searches for people who are there look better than this.',
    }[decision];
    const cards = top.map(({ picture, score }, at) =>
      card(picture, at + 1, Math.min(0.97, score), stage === 'final' && at < 6),
    );
    const { pictures, words, negatives } = this.#sought;
    const result: SearchResult = {
      kind: pictures.length === 0 ? 'text' : words.length === 0 ? 'image' : 'mixed',
      mode: stage === 'first' ? 'filter' : 'full',
      decision,
      decisionDetail: { sentence, falseMatchRate: 0.01, foundFrom: 0.9, absentBelow: 0.2 },
      ranking: top.map(({ picture, score }, at) => ({
        rank: at + 1,
        record: { pictureId: picture.pictureId, source: picture.source, width: 128, height: 256 },
        path: picture.path,
        filterScore: score,
        confidence: score,
        compared: false,
      })),
      filter: { kept: Math.min(120, ranking.length), of: ranking.length, tau: 0.1 },
      timings: {
        encode: 40,
        filter: 12,
        rank: stage === 'first' ? 0 : 900,
        total: stage === 'first' ? 60 : 960,
      },
      notes: [],
    };
    const question: Question = {
      id: 'backpack',
      name: 'backpack',
      value: 'yes',
      text: 'Was the person carrying a backpack?',
      gain: 0.7,
    };
    return this.#reply(message, stage, {
      text: [...said, ...(stage === 'final' ? [sentence] : [])],
      line: this.#line(),
      chips: this.#chips(),
      answer: {
        result,
        query: { pictureIds: pictures, words: words.join(', '), negatives },
        scopeLine: '',
        cards,
        more: ranking.length > top.length,
      },
      buttons: [
        ...(ranking.length > top.length ? [{ label: 'More', act: { act: 'more' } } as const] : []),
        { label: 'Undo', act: { act: 'undo' } },
        { label: 'Start over', act: { act: 'reset' } },
      ],
      ...(stage === 'final' && !this.#asked
        ? {
            question: {
              question,
              buttons: (['yes', 'no', 'unknown'] as const).map((value) => answerButton(question, value)),
            },
          }
        : {}),
    });
  }

  #people(message: Message): Reply {
    const frameId = this.#sent[0] ?? '';
    return this.#reply(message, 'final', {
      text: ['There are 3 people in this picture. Which one are you looking for?'],
      people: {
        frameId,
        people: [1, 2, 3].map((number) => ({
          number,
          pictureId: demoGallery[number]!.pictureId,
          box: { left: 20 + (number - 1) * 130, top: 40, width: 100, height: 200 },
          button: { label: `Person ${number}`, act: { act: 'person', number } },
        })),
      },
    });
  }

  #line(): string {
    const { pictures, words, negatives, cameras, places, after, before } = this.#sought;
    const sought = [...(pictures.length > 0 ? ['photo'] : []), ...words.map((word) => `"${word}"`)].join(
      ' + ',
    );
    const parts = [
      `${sought || 'nothing yet'}${negatives.length > 0 ? ` − ${negatives.length}` : ''}`,
      ...(cameras.length > 0 ? [`camera ${cameras.join(' or ')}`] : []),
      ...(places.length > 0 ? [places.join(' or ')] : []),
      ...(after || before ? [`${after?.slice(11, 16) ?? ''} – ${before?.slice(11, 16) ?? ''}`] : []),
    ];
    return parts.join(' · ');
  }

  #chips(): Chip[] {
    const { pictures, words, negatives, cameras, places, after, before } = this.#sought;
    const lift = (
      label: string,
      part: 'words' | 'pictures' | 'exclusions' | 'cameras' | 'places' | 'time',
      value?: string,
    ): Chip => ({
      label,
      act: { act: 'lift', part, ...(value === undefined ? {} : { value }) },
    });
    return [
      ...pictures.map((id) => lift('photo', 'pictures', id)),
      ...words.map((word) => lift(`"${word}"`, 'words', word)),
      ...negatives.map((id) => lift(`not ${id.slice(0, 4)}`, 'exclusions', id)),
      ...cameras.map((camera) => lift(`camera ${camera}`, 'cameras', camera)),
      ...places.map((place) => lift(place, 'places', place)),
      ...(after || before
        ? [lift(`${after?.slice(11, 16) ?? ''} – ${before?.slice(11, 16) ?? ''}`, 'time')]
        : []),
    ];
  }

  #reply(message: Message, stage: 'first' | 'final', parts: Partial<Reply>): Reply {
    return {
      key: `${message.id}#${stage}`,
      conversation: message.conversation,
      to: message.id,
      stage,
      text: [],
      chips: this.#chips(),
      buttons: [],
      notes: [],
      ...parts,
    };
  }
}

function card(picture: DemoPicture, rank: number, confidence: number, compared: boolean): CandidateCard {
  const it: PictureRef = { pictureId: picture.pictureId };
  const buttons: Button[] = [
    { label: 'Use as query', act: { act: 'choose', picture: it } },
    { label: 'Not this person', act: { act: 'exclude', pictures: [it] } },
    { label: 'Why?', act: { act: 'why', picture: it } },
  ];
  return {
    rank,
    pictureId: picture.pictureId,
    confidence,
    confidenceText: percentOf(confidence),
    compared,
    camera: picture.cameraId,
    place: picture.place,
    time: picture.shownTime,
    source: picture.source,
    buttons,
  };
}

function answerButton(question: Question, value: 'yes' | 'no' | 'unknown'): Button {
  const label = { yes: 'Yes', no: 'No', unknown: "Don't know" }[value];
  return { label, act: { act: 'answer', question: question.id, value } };
}

function keep(act: Act, sent: readonly string[]): Act {
  return (
    withRefs(act, (ref) => ('attachment' in ref ? { pictureId: sent[ref.attachment] ?? '' } : ref)) ?? act
  );
}
