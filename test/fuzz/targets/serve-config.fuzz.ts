/** The config of `chatreid serve`: a config, or every mistake in a sentence; in time, and without a secret in it. */
import { exampleConfig } from '../../../src/cli/serve/example-config.ts';
import { platforms } from '../../../src/cli/serve/platforms.ts';
import { parseServeConfig } from '../../../src/cli/serve/serve-config.ts';
import { hold, onlyOurs } from '../invariants.ts';

export const runs = 500;

export async function seeds(): Promise<string[]> {
  const laughs = Array.from({ length: 9 }, (_, at) => {
    return `${'abcdefghi'[at]}: &${'abcdefghi'[at]} [${at === 0 ? 'lol' : Array(9).fill(`*${'abcdefghi'[at - 1]}`)}]`;
  });
  return [
    exampleConfig.slice(0, 4000),
    'web:\n  port: 8765\n',
    '{"web":{"port":0},"log":{"level":"debug"}}',
    'slack:\n  mode: socket\n  teams: [T0SITE]\ndiscord:\n  guilds: ["123456789012345678"]\n',
    'web: &a\n  x: *a\n',
    '__proto__: {web: {}}\nconstructor: 1\n',
    laughs.join('\n'),
    `web: ${'['.repeat(1500)}`,
    `web: ${'{a: '.repeat(500)}`,
    '? !!js/function "x"\n: !!binary aGk=\n<<: {web: {}}\n',
    'web: {}\n--- \nslack: {}\n',
  ];
}

export async function fuzz(data: Buffer): Promise<void> {
  const text = data.toString('utf8');
  const config = await onlyOurs(() => parseServeConfig(text, 'serve.yaml', platforms), /^OPTION_INVALID$/);
  if (config) hold(config.platforms.length > 0, 'a config starts something');
}
