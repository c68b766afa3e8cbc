/** What `chatreid serve` knows of a platform: its section of the config, its secrets, and how its adapter is made. */
import type { z } from 'zod';
import type { Adapter, AdapterWatch } from '../../../adapters/adapter.ts';
import type { Work } from '../shell.ts';
import type { Secrets } from './secrets.ts';

export interface Surroundings {
  readonly work: Work;
  /** Of talks that name none. */
  readonly gallery: string;
  readonly watch: AdapterWatch;
}

/** A secret of a platform: its variable, which may be `NAME_FILE` with the path of a file in its place. */
export interface SecretName {
  readonly name: string;
  /** `the bot token`, for sentences. */
  readonly what: string;
  /** Chosen by people: any characters. Absent: a platform made it. */
  readonly chosen?: true;
}

export interface Platform<Section = unknown> {
  /** The adapter's name and the name of its section. */
  readonly name: string;
  /** All of it may be left out: `slack: {}` is a section. */
  readonly section: z.ZodType<Section>;
  /** Every secret that it can have, whatever its section says. */
  readonly secrets: readonly SecretName[];
  /** Those that a section names beside them. */
  moreSecrets?(section: Section): readonly SecretName[];
  /** Names of those without which it cannot start. */
  needs(section: Section): readonly string[];
  /** What it will listen on or connect to, in a few words: `http://127.0.0.1:8787`. */
  where(section: Section): string;
  /** Modules of the platform are loaded here and not before. */
  adapter(section: Section, secrets: Secrets, around: Surroundings): Promise<Adapter>;
}

/** All that this section of the platform can have. */
export function secretsOf(platform: Platform, section: unknown): readonly SecretName[] {
  return [...platform.secrets, ...(platform.moreSecrets?.(section) ?? [])];
}

/** Keeps the section's type between the functions of one platform, and forgets it outside. */
export function platform<Section>(its: Platform<Section>): Platform {
  return {
    ...its,
    needs: (section) => its.needs(its.section.parse(section)),
    moreSecrets: (section) => its.moreSecrets?.(its.section.parse(section)) ?? [],
    where: (section) => its.where(its.section.parse(section)),
    adapter: (section, secrets, around) => its.adapter(its.section.parse(section), secrets, around),
  };
}
