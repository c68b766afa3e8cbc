/** `chatreid serve`: the bot on several platforms in one process, until it is told to stop. */
import type { Command } from 'commander';
import { ChatReidError } from '../../foundation/error.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { printable } from '../output.ts';
import { secretValues } from '../redaction.ts';
import { checkServe } from '../serve/check.ts';
import { exampleConfig } from '../serve/example-config.ts';
import { platforms } from '../serve/platforms.ts';
import { readSecrets, secretNames } from '../serve/secrets.ts';
import { readServeConfig, type ServeConfig } from '../serve/serve-config.ts';
import type { Shell, Work } from '../shell.ts';

interface ServeCommandOptions {
  readonly config?: string;
  readonly check?: boolean;
  readonly example?: boolean;
  readonly json?: boolean;
}

export function serveCommand(shell: Shell): Command {
  return shell
    .command('serve', 'Look for people in Slack, in Discord and on a web page, all in one process.', [
      'chatreid serve --example > serve.yaml',
      'chatreid serve --config serve.yaml --check',
      'chatreid serve --config serve.yaml',
    ])
    .option('-c, --config <file>', 'what to start: YAML or JSON, without secrets')
    .option('--check', 'say what would be started, and start nothing')
    .option('--example', 'print a config with every key, explained')
    .option('--json', 'with --check: print one JSON document')
    .addHelpText(
      'after',
      () => `\n${secretsHelp()}\n\nSIGTERM or Ctrl-C stops it: what is running is answered first.`,
    )
    .action((options: ServeCommandOptions) => shell.run(options, (work) => serve(work, options)));
}

async function serve(work: Work, options: ServeCommandOptions): Promise<ExitCode> {
  if (options.example) {
    work.shell.stdout.write(exampleConfig);
    return exitCodes.ok;
  }
  if (options.config === undefined) {
    throw new ChatReidError(
      'OPTION_INVALID',
      'A config says what is to be started, and none was named.',
      'chatreid serve --example > serve.yaml, then: chatreid serve --config serve.yaml',
    );
  }
  const config = await readServeConfig(options.config, platforms);
  return options.check ? check(work, config) : run(work, config);
}

async function check(work: Work, config: ServeConfig): Promise<ExitCode> {
  const { out } = work;
  const checked = await checkServe(work, config);
  out.document({
    platforms: checked.map(({ error, ...rest }) => ({
      ...rest,
      starts: !error,
      ...(error ? { error } : {}),
    })),
  });
  for (const { platform, at, error } of checked) {
    const told = error ? `would not start. ${error.message} ${error.next}` : `would start at ${at}`;
    out.print(`${out.style('bold', platform.padEnd(8))} ${printable(told)}`);
  }
  if (config.operator)
    out.print(`health and metrics at http://${config.operator.host}:${config.operator.port}`);
  return checked.some(({ error }) => error) ? exitCodes.error : exitCodes.ok;
}

async function run(work: Work, config: ServeConfig): Promise<ExitCode> {
  const [{ Serving }, { serveLog }] = await Promise.all([
    import('../serve/serving.ts'),
    import('../serve/serve-log.ts'),
  ]);
  const { shell } = work;
  const { level, format } = config.log;
  const named = config.platforms.flatMap(({ platform, section }) => platform.moreSecrets?.(section) ?? []);
  // What cannot be read is told by the platform that needs it.
  const secrets = await Promise.all(
    [...secretNames(platforms), ...named].map((name) =>
      readSecrets([name], [], shell.env).catch(() => new Map<string, string>()),
    ),
  );
  const log = serveLog({
    level,
    lines: format === 'lines' || (format === 'auto' && shell.stdout.isTTY === true),
    out: shell.stdout,
    secrets: [...secrets.flatMap((some) => [...some.values()]), ...secretValues(shell.env)],
    now: () => shell.now(),
  });
  await new Serving(work, config, log).run();
  return exitCodes.ok;
}

function secretsHelp(): string {
  const lines = secretNames(platforms).map(({ name, what }) => `  ${name.padEnd(30)} ${what}`);
  return ['Secrets, from the environment (or, with _FILE after the name, from files):', ...lines].join('\n');
}
