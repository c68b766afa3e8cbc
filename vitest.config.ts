/** Vitest: every test under test/, two workers so that a laptop stays usable, long limits for child processes on slow machines. */
import { defineConfig } from 'vitest/config';
import { hearConsole } from './test/support/heard-output.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    setupFiles: ['test/support/hear-children.ts'],
    onConsoleLog: hearConsole,
    globalSetup: ['test/support/search-output.ts'],
  },
});
