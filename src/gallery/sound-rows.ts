/** Statements whose rows are read so that a text which the disk has damaged is an error, and not the end of the process. */
import type Database from 'libsql';
import type { Cell, Row } from './gallery-database.ts';

type Connection = InstanceType<typeof Database>;
type Statement = ReturnType<Connection['prepare']>;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The driver aborts over a text that is no UTF-8, whatever the column is of: texts are read as bytes, and decoded here. */
export class SoundStatement {
  readonly #statement: Statement;
  /** Columns that hold texts, and those that hold numbers, as their tables say. */
  readonly #texts: readonly string[];
  readonly #numbers: readonly string[];

  constructor(db: Connection, sql: string) {
    const plain = db.prepare(sql);
    const columns = /^\s*(SELECT|WITH)\b/i.test(sql) ? plain.columns() : [];
    const named = (type: string) =>
      columns.flatMap((column: { name: string; type: string | null }) =>
        column.type === type ? [column.name] : [],
      );
    this.#texts = named('TEXT');
    this.#numbers = named('INTEGER');
    const cells = columns.map(({ name }: { name: string }) => {
      const cell = `"${name.replaceAll('"', '""')}"`;
      return `CASE typeof(${cell}) WHEN 'text' THEN CAST(${cell} AS BLOB) ELSE ${cell} END AS ${cell}`;
    });
    this.#statement = cells.length === 0 ? plain : db.prepare(`SELECT ${cells.join(', ')} FROM (${sql})`);
  }

  // The driver aborts the process on a lone Buffer argument: always an array.

  all(values: readonly Cell[]): Row[] {
    return (this.#statement.all([...values]) as Row[]).map((row) => this.#sound(row));
  }

  get(values: readonly Cell[]): Row | undefined {
    const row = this.#statement.get([...values]) as Row | undefined;
    return row && this.#sound(row);
  }

  /** @returns rows changed */
  run(values: readonly Cell[]): number {
    return this.#statement.run([...values]).changes;
  }

  #sound(row: Row): Row {
    for (const name of this.#texts) {
      const cell = row[name];
      if (cell instanceof Uint8Array || cell instanceof ArrayBuffer) row[name] = textOf(cell, name);
    }
    for (const name of this.#numbers) {
      const cell = row[name];
      if (typeof cell === 'object' && cell !== null) throw damaged(name);
    }
    return row;
  }
}

/** Before anything else of a file is asked for: the driver aborts over names and types that are no UTF-8, too. @throws SQLITE_CORRUPT */
export function checkSchema(db: Connection): void {
  const lines = 'SELECT CAST(name AS BLOB) AS name, CAST(sql AS BLOB) AS sql FROM sqlite_master';
  for (const { name, sql } of db.prepare(lines).all([]) as { name: ArrayBuffer; sql: ArrayBuffer | null }[]) {
    textOf(name, 'name');
    if (sql) textOf(sql, 'sql');
  }
}

/** @throws SQLITE_CORRUPT */
export function textOf(bytes: Uint8Array | ArrayBuffer, name: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw damaged(name);
  }
}

function damaged(column: string): Error {
  return Object.assign(new Error(`what is in the column ${column} is not what was written`), {
    code: 'SQLITE_CORRUPT',
  });
}
