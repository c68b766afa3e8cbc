/** The tables of the embedded store, and how an older database becomes a newer one. */

/** Made anew where the disk has damaged it: what is in it can be computed from the pictures. */
export const vectorTable = `CREATE TABLE vector (
    id INTEGER PRIMARY KEY,
    space INTEGER NOT NULL REFERENCES space (id),
    picture INTEGER NOT NULL REFERENCES picture (id),
    changed INTEGER NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (space, picture)
  );
  CREATE INDEX vector_changed ON vector (space, changed, picture);
  CREATE INDEX vector_picture ON vector (picture);
`;

/**
 * One migration a version, oldest first; the database's `user_version` says how many have been applied. A released
 * migration is never edited: a change of the tables is a new line at the end.
 *
 * `changed`, `dropped` and `removed.changed` hold the value of `clock.now` at the transaction that touched the row, so that an
 * index in memory (in this process or another) reads only what is newer than what it has seen. `gallery.forgotten` is the
 * latest tick of which rows of `removed` have been thrown away: an index that had not seen it is built anew.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), now INTEGER NOT NULL);
  INSERT INTO clock VALUES (1, 1);

  CREATE TABLE gallery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    live_space TEXT
  );

  CREATE TABLE space (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    dimension INTEGER NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0
  );

  CREATE TABLE picture (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    extension TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL
  );

  -- One picture in one gallery. seq is the order of registration.
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    gallery INTEGER NOT NULL REFERENCES gallery (id),
    picture INTEGER NOT NULL REFERENCES picture (id),
    person TEXT, camera TEXT, place TEXT, time INTEGER, caption TEXT, split TEXT, tags TEXT,
    source TEXT NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (gallery, picture)
  );
  CREATE INDEX entry_seq ON entry (gallery, seq);
  CREATE INDEX entry_changed ON entry (gallery, changed, seq);
  CREATE INDEX entry_picture ON entry (picture);

  ${vectorTable}

  -- What an index in memory has to forget: numbers only, nothing of the picture.
  CREATE TABLE removed (gallery INTEGER NOT NULL, seq INTEGER NOT NULL, changed INTEGER NOT NULL);
  CREATE INDEX removed_changed ON removed (gallery, changed, seq);

  -- Files that no record names (yet, or any more): written before the record, deleted after it.
  CREATE TABLE leftover (hash BLOB PRIMARY KEY, extension TEXT NOT NULL, since INTEGER NOT NULL);
  `,
  'ALTER TABLE gallery ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0',
];
