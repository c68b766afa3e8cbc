/** Statements of SQLite that may write, as steps: those that change rows, commits, and what is done to the whole file. */
import Database from 'libsql';

type Pass = (what: string, path: string, grows: boolean, of: 'sqlite') => void;
type Run = (this: object, ...given: unknown[]) => unknown;

const changing =
  /^\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|VACUUM|PRAGMA (journal_mode|user_version|writable_schema) =)/i;
const checkpoint = /^PRAGMA wal_checkpoint/i;

/** Databases with a change that is not committed. */
const changed = new WeakSet<object>();
const files = new WeakMap<object, string>();

export function patchSqlite(pass: Pass): void {
  const memory = new Database(':memory:');
  const databases = Object.getPrototypeOf(memory) as {
    exec: Run;
    prepare: (this: object, sql: string) => object;
  };
  const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Record<string, Run>;
  memory.close();
  const { exec, prepare } = databases;
  const of = new WeakMap<object, { readonly db: object; readonly sql: string }>();

  const fileOf = (db: object): string => {
    const known = files.get(db);
    if (known !== undefined) return known;
    const statement = prepare.call(db, 'PRAGMA database_list') as {
      all(values: unknown[]): { file: string }[];
    };
    const file = statement.all([])[0]?.file ?? '';
    files.set(db, file);
    return file;
  };
  const before = (db: object, sql: string): void => {
    const word = sql.trim().split(/\s+/).slice(0, 2).join(' ');
    if (changing.test(sql)) {
      pass(word, fileOf(db), true, 'sqlite');
      changed.add(db);
    } else if (sql === 'COMMIT' && changed.delete(db)) pass(word, fileOf(db), true, 'sqlite');
    else if (checkpoint.test(sql)) pass(word, fileOf(db), true, 'sqlite');
    else if (/^BEGIN/.test(sql)) changed.delete(db);
  };

  databases.exec = function (this: object, sql: unknown) {
    before(this, String(sql));
    return exec.call(this, sql);
  };
  databases.prepare = function (this: object, sql: string) {
    const statement = prepare.call(this, sql);
    of.set(statement, { db: this, sql });
    return statement;
  };
  for (const name of ['run', 'get', 'all']) {
    const original = statements[name]!;
    statements[name] = function (this: object, ...given) {
      const known = of.get(this);
      if (known) before(known.db, known.sql);
      return original.apply(this, given);
    };
  }
}
