import type { DBSchema, IDBPDatabase } from 'idb';
import type { Change } from '../contract/protocol';
import { Connection } from './connection';

/** A record as it is kept here. */
export interface Row {
  readonly kind: string;
  readonly key: string;
  readonly body: unknown;
}

/** How far one stream was pulled. Another epoch than the phone's present one means: not at all. */
export interface Cursor {
  readonly stream: string;
  readonly seq: number;
  readonly epoch: string;
  /** How many records the server said there are. */
  readonly count: number | null;
  /** Device clock, ms. */
  readonly pulledAt: number;
}

export interface Bucket {
  readonly number: number;
  readonly rows: readonly Row[];
}

// One JSON text per bucket: 50,000 people load in a blink, where 50,000 rows take ten seconds (decision 10).
interface RecordsSchema extends DBSchema {
  buckets: { key: [string, number]; value: { stream: string; number: number; json: string } };
  cursors: { key: string; value: Cursor };
}

export const BUCKETS = 128;

/** The database of what was pulled. Disposable: its name carries the version, and a pull from 0 makes it again. */
export class Records {
  #connection: Connection<RecordsSchema>;

  constructor(name = 'eventsync-records-1') {
    this.#connection = new Connection<RecordsSchema>(name, 1, createStores);
  }

  cursors(): Promise<Cursor[]> {
    return this.#connection.use((database) => database.getAll('cursors'));
  }

  /** The named buckets of a stream; all of them without names. */
  async buckets(stream: string, numbers: readonly number[] | 'all'): Promise<Bucket[]> {
    const stored = await this.#connection.use((database) =>
      numbers === 'all'
        ? database.getAll('buckets', whole(stream))
        : Promise.all(numbers.map((number) => database.get('buckets', [stream, number]))),
    );
    return stored.filter((bucket) => bucket !== undefined).map(({ number, json }) => ({ number, rows: parse(json) }));
  }

  /** Puts a complete snapshot in the place of whatever the stream held; rows and cursor together or not at all. */
  replace(cursor: Cursor, rows: Iterable<Row>): Promise<void> {
    const buckets = Array.from({ length: BUCKETS }, (): Row[] => []);
    for (const row of rows) buckets[bucketOf(row)]?.push(row);
    return this.#write(async (database) => {
      const transaction = database.transaction(['buckets', 'cursors'], 'readwrite');
      const store = transaction.objectStore('buckets');
      await store.delete(whole(cursor.stream));
      buckets.forEach((content, number) => {
        void store.put({ stream: cursor.stream, number, json: JSON.stringify(content) });
      });
      void transaction.objectStore('cursors').put(cursor);
      await transaction.done;
    });
  }

  /**
   * Applies a page that began at `after` and moves the cursor, together or not at all. Resolves to the buckets it
   * touched, or to null, having changed nothing, when the page does not begin where the stream stands.
   */
  apply(after: number, cursor: Cursor, changes: readonly Change[]): Promise<readonly number[] | null> {
    const touched = byBucket(changes);
    return this.#write(async (database) => {
      const transaction = database.transaction(['buckets', 'cursors'], 'readwrite');
      const cursors = transaction.objectStore('cursors');
      const store = transaction.objectStore('buckets');
      const standing = await cursors.get(cursor.stream);
      if (standing?.seq !== after || standing.epoch !== cursor.epoch) return null;
      for (const [number, ofBucket] of touched) {
        const json = (await store.get([cursor.stream, number]))?.json ?? '[]';
        const rows = merged(parse(json), ofBucket);
        await store.put({ stream: cursor.stream, number, json: JSON.stringify(rows) });
      }
      await cursors.put(cursor);
      await transaction.done;
      return [...touched.keys()];
    });
  }

  /** Keeps what is shown, but pulls every stream from the beginning. */
  dropCursors(): Promise<void> {
    return this.#write(async (database) => {
      const transaction = database.transaction('cursors', 'readwrite');
      for await (const cursor of transaction.store) await cursor.update({ ...cursor.value, epoch: '' });
      await transaction.done;
    });
  }

  erase(stream: string): Promise<void> {
    return this.#write(async (database) => {
      const transaction = database.transaction(['buckets', 'cursors'], 'readwrite');
      void transaction.objectStore('buckets').delete(whole(stream));
      void transaction.objectStore('cursors').delete(stream);
      await transaction.done;
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #write<T>(work: (database: IDBPDatabase<RecordsSchema>) => Promise<T>): Promise<T> {
    return this.#connection.use(work);
  }
}

function createStores(database: IDBPDatabase<RecordsSchema>): void {
  database.createObjectStore('buckets', { keyPath: ['stream', 'number'] });
  database.createObjectStore('cursors', { keyPath: 'stream' });
}

function whole(stream: string): IDBKeyRange {
  return IDBKeyRange.bound([stream, 0], [stream, BUCKETS]);
}

/** `rows` after `changes`, which are in order: the later one of a record wins. */
export function merged(rows: readonly Row[], changes: readonly Change[]): Row[] {
  const live = new Map(rows.map((row) => [nameOf(row), row]));
  for (const change of changes) {
    if (change.deleted) live.delete(nameOf(change));
    else live.set(nameOf(change), { kind: change.kind, key: change.key, body: change.body });
  }
  return [...live.values()];
}

function byBucket(changes: readonly Change[]): Map<number, Change[]> {
  const buckets = new Map<number, Change[]>();
  for (const change of changes) {
    const number = bucketOf(change);
    const known = buckets.get(number);
    if (known === undefined) buckets.set(number, [change]);
    else known.push(change);
  }
  return buckets;
}

function nameOf({ kind, key }: Pick<Row, 'kind' | 'key'>): string {
  return `${kind}/${key}`;
}

// FNV-1a: even over UUIDs and digests alike.
function bucketOf(row: Pick<Row, 'kind' | 'key'>): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < row.key.length; at++) hash = Math.imul(hash ^ row.key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

function parse(json: string): Row[] {
  return JSON.parse(json) as Row[];
}
