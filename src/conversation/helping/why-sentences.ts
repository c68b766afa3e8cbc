/** Why a candidate is where it is, in plain sentences that carry their numbers. */
import type { Trait } from '../../foundation/person-attributes.ts';
import { percentOf } from '../../retrieval/confidence-text.ts';
import type { AttributeProbes } from '../../retrieval/traits/attribute-probes.ts';
import { tellableTraits } from '../../retrieval/traits/trait-evidence.ts';
import { traitPhrase } from '../../retrieval/traits/trait-words.ts';
import type { TraitComparison } from '../helping.ts';
import { sureEnough } from './sure-enough.ts';

export function confidenceSentence(confidence: number): string {
  return `The number on its card, ${percentOf(confidence)}, is the chance that this picture shows the person, if the person is in this gallery: from all that follows, and how many pictures were searched.`;
}

/** @param ratio natural-log likelihood ratio of the similarity */
export function likenessSentence(
  pictures: number,
  similarity: number,
  ratio: number,
  comparison: TraitComparison | undefined,
): string[] {
  const query = pictures === 1 ? 'your picture' : `your ${pictures} pictures`;
  const sentences = [`The likeness to ${query} is ${similarity.toFixed(2)}: ${likelier(ratio)}.`];
  const both = (comparison?.common ?? []).slice(0, most);
  const one = (comparison?.different ?? []).slice(0, most);
  if (both.length > 0) {
    const seen = both.map(({ phrase, second }) => `${phrase} (${percentOf(second)} here)`);
    sentences.push(`Both look like: ${listed(seen)}.`);
  }
  if (one.length > 0) {
    const seen = one.map(
      ({ phrase, first, second }) => `${phrase} (${percentOf(first)} there, ${percentOf(second)} here)`,
    );
    sentences.push(`One of the two looks like: ${listed(seen)}.`);
  }
  return sentences;
}

/** @param ratio natural-log likelihood ratio of the words' similarity */
export function wordsSentence(words: string, ratio: number): string {
  const plain = words.replace(/\s+/g, ' ').trim();
  const quoted = plain.length > longestQuote ? `${plain.slice(0, longestQuote - 1)}…` : plain;
  return `Your words “${quoted}”: ${likelier(ratio)}.`;
}

/** One sentence for what fits, one for what speaks against it; nothing for what the picture does not tell. */
export function traitSentences(
  probes: AttributeProbes,
  traits: readonly Trait[],
  vector: Float32Array,
): string[] {
  const fits: string[] = [];
  const open: string[] = [];
  const against: string[] = [];
  for (const trait of tellableTraits(probes, traits)) {
    const at = probes.values(trait.name).indexOf(trait.value);
    const has = probes.distribution(vector, trait.name)[at]!;
    const probability = trait.present ? has : 1 - has;
    const told = `${traitPhrase(trait)} (${percentOf(probability)})`;
    if (probability >= sureEnough) fits.push(told);
    else if (probability <= 1 - sureEnough) against.push(told);
    else open.push(told);
  }
  return [
    ...(fits.length > 0 ? [`Of what you said, it looks like: ${listed(fits)}.`] : []),
    ...(open.length > 0 ? [`This the picture does not show clearly: ${listed(open)}.`] : []),
    ...(against.length > 0 ? [`This speaks against it: ${listed(against)}.`] : []),
  ];
}

const most = 4;
const longestQuote = 80;

/** Round numbers: nobody can use a factor of 347. */
function likelier(ratio: number): string {
  const factor = Math.exp(Math.abs(ratio));
  if (factor < 1.5) return 'as likely for somebody else as for this person';
  const round =
    factor > 1000 ? 'more than 1,000' : `about ${Number(factor.toPrecision(factor < 10 ? 1 : 2))}`;
  return ratio > 0
    ? `${round} times likelier if this is the person than if it is somebody else`
    : `${round} times likelier if this is somebody else than if it is the person`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
