/** The platforms of `chatreid serve`, one line each. */
import type { Platform } from './platform.ts';
import { discord } from './platforms/discord.ts';
import { slack } from './platforms/slack.ts';
import { web } from './platforms/web.ts';

export const platforms: readonly Platform[] = [web, slack, discord];
