import { deleteDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { Change } from '../contract/protocol';
import { uuid7 } from '../platform/ids';
import { minus, plus, sumOf, type Sum, type Version } from '../rules/checksum';
import { abort, Connection } from './connection';

/** A record as it is kept here. */
export interface Row extends Version {
  readonly body: unknown;
}

/** How far one stream was pulled. Another epoch than the phone's present one means: not at all. */
export interface Position {
  readonly stream: string;
  readonly seq: number;
  readonly epoch: string;
  /** How many records the server said there are. */
  readonly count: number | null;
  /** Device clock, ms. */
  readonly pulledAt: number;
}

/** A position as it is stored, with the sum of the rows up to it. */
export interface Cursor extends Position, Sum {
  /** While pages are still to come: up to where everything is here, behind `seq`, for of a record only its newest version ever comes. */
  readonly whole?: number | undefined;
  /** When a sum last was another than the server's; device clock, ms. */
  readonly mismatchAt: number | null;
}

export interface Applied {
  readonly cursor: Cursor;
  /** The buckets that were changed. */
  readonly touched: readonly number[];
}

export interface Bucket {
  readonly number: number;
  readonly rows: readonly Row[];
}

// One JSON text per bucket: 50,000 people load in a blink, where 50,000 rows take ten seconds (decision 10).
interface RecordsSchema extends DBSchema {
  buckets: { key: [string, number]; value: { stream: string; number: number; json: string; mark?: string } };
  cursors: { key: string; value: Cursor };
}

type Writing = IDBPTransaction<RecordsSchema, ['buckets', 'cursors'], 'readwrite'>;

export const BUCKETS = 128;
// No bucket, and empty: while a snapshot is under way its mark is here. A store of its own would be another database.
const UNDER_WAY = -1;
const OLDER = ['eventsync-records-1'];

/** The database of what was pulled. Disposable: its name carries the version, and a pull from 0 makes it again. */
export class Records {
  #connection: Connection<RecordsSchema>;

  constructor(name = 'eventsync-records-2') {
    this.#connection = new Connection<RecordsSchema>(name, 1, createStores);
  }

  cursors(): Promise<Cursor[]> {
    return this.#connection.use((database) => database.getAll('cursors'));
  }

  cursor(stream: string): Promise<Cursor | undefined> {
    return this.#connection.use((database) => database.get('cursors', stream));
  }

  /** Those that are held, or of which a snapshot is under way. */
  async streams(): Promise<string[]> {
    const keys = await this.#connection.use((database) => database.getAllKeys('buckets'));
    return [...new Set(keys.map(([stream]) => stream))];
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

  /** A snapshot is about to be asked for. Resolves to its mark, that of all who ask until one of them is put in place. */
  begin(stream: string): Promise<string> {
    return this.#write(async (transaction) => {
      const store = transaction.objectStore('buckets');
      const mark = (await store.get([stream, UNDER_WAY]))?.mark ?? uuid7();
      await store.put({ stream, number: UNDER_WAY, json: '[]', mark });
      return mark;
    });
  }

  /**
   * Puts a complete snapshot in the place of whatever the stream held; rows and cursor together or not at all. With the
   * mark of its beginning resolves to null, having changed nothing, when since then another was put in place, the stream
   * was erased, or pages brought it further.
   */
  replace(position: Position, rows: readonly Row[]): Promise<Cursor>;
  replace(position: Position, rows: readonly Row[], mark: string): Promise<Cursor | null>;
  replace(position: Position, rows: readonly Row[], mark?: string): Promise<Cursor | null> {
    const buckets = Array.from({ length: BUCKETS }, (): Row[] => []);
    for (const row of rows) buckets[bucketOf(row)]?.push(row);
    const sum = sumOf(rows);
    const { stream } = position;
    return this.#write(async (transaction) => {
      const store = transaction.objectStore('buckets');
      const standing = await transaction.objectStore('cursors').get(stream);
      if (mark !== undefined) {
        const isUnderWay = (await store.get([stream, UNDER_WAY]))?.mark === mark;
        if (!isUnderWay || isFurther(standing, position)) return null;
      }
      await store.delete(everythingOf(stream));
      buckets.forEach((content, number) => {
        void store.put({ stream, number, json: JSON.stringify(content) });
      });
      const cursor = { ...position, ...sum, mismatchAt: standing?.mismatchAt ?? null };
      void transaction.objectStore('cursors').put(cursor);
      return cursor;
    });
  }

  /**
   * Applies a page that began at `after` and moves the cursor, together or not at all. Resolves to null, having changed
   * nothing, when the page does not begin where the stream stands. `more`: other pages are to come.
   */
  apply(after: number, position: Position, changes: readonly Change[], more = false): Promise<Applied | null> {
    const { stream, epoch } = position;
    const touched = byBucket(changes);
    return this.#write(async (transaction) => {
      const [store, cursors] = [transaction.objectStore('buckets'), transaction.objectStore('cursors')];
      const standing = await cursors.get(stream);
      if (standing?.seq !== after || standing.epoch !== epoch) return null;
      let sum: Sum = standing;
      for (const [number, ofBucket] of touched) {
        const merged = merge(parse((await store.get([stream, number]))?.json ?? '[]'), ofBucket, sum);
        sum = merged.sum;
        await store.put({ stream, number, json: JSON.stringify(merged.rows) });
      }
      const whole = more ? (standing.whole ?? standing.seq) : undefined;
      const cursor = { ...position, held: sum.held, checksum: sum.checksum, mismatchAt: standing.mismatchAt, whole };
      await cursors.put(cursor);
      return { cursor, touched: [...touched.keys()] };
    });
  }

  /** Whether the rows of a stream, all read and summed up again, are those that its cursor speaks of. */
  isWhole(stream: string): Promise<boolean> {
    return this.#connection.use(async (database) => {
      const transaction = database.transaction(['buckets', 'cursors']);
      const cursor = await transaction.objectStore('cursors').get(stream);
      let [held, checksum] = [0, 0];
      // One bucket at a time: the screen must not stand still meanwhile.
      for await (const { value } of transaction.objectStore('buckets').iterate(whole(stream))) {
        const sum = sumOf(parse(value.json));
        [held, checksum] = [held + sum.held, (checksum + sum.checksum) >>> 0];
      }
      return cursor === undefined || (cursor.held === held && cursor.checksum === checksum);
    });
  }

  /** Remembers that what is held is not what the server has, at `now` (ms). */
  noteMismatch(stream: string, now: number): Promise<void> {
    return this.#write(async (transaction) => {
      const cursors = transaction.objectStore('cursors');
      const cursor = await cursors.get(stream);
      if (cursor !== undefined) await cursors.put({ ...cursor, mismatchAt: now });
    });
  }

  /** Keeps what is shown, but pulls every stream from the beginning. */
  dropCursors(): Promise<void> {
    return this.#write(async (transaction) => {
      for await (const cursor of transaction.objectStore('cursors')) await cursor.update({ ...cursor.value, epoch: '' });
    });
  }

  erase(stream: string): Promise<void> {
    return this.#write(async (transaction) => {
      void transaction.objectStore('buckets').delete(everythingOf(stream));
      void transaction.objectStore('cursors').delete(stream);
    });
  }

  /** Throws away what older versions of the app pulled. */
  async forgetOlder(): Promise<void> {
    await Promise.all(OLDER.map((name) => deleteDB(name)));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #write<T>(work: (transaction: Writing) => Promise<T>): Promise<T> {
    return this.#connection.use(async (database) => {
      const transaction = database.transaction(['buckets', 'cursors'], 'readwrite');
      const result = work(transaction).catch((error: unknown) => {
        abort(transaction);
        throw error;
      });
      await Promise.all([transaction.done, result]);
      return result;
    });
  }
}

function createStores(database: IDBPDatabase<RecordsSchema>): void {
  database.createObjectStore('buckets', { keyPath: ['stream', 'number'] });
  database.createObjectStore('cursors', { keyPath: 'stream' });
}

function whole(stream: string): IDBKeyRange {
  return IDBKeyRange.bound([stream, 0], [stream, BUCKETS]);
}

/** Its rows, and the mark of a snapshot under way, which then comes too late. */
function everythingOf(stream: string): IDBKeyRange {
  return IDBKeyRange.bound([stream, UNDER_WAY], [stream, BUCKETS]);
}

function isFurther(standing: Cursor | undefined, { epoch, seq }: Position): boolean {
  return standing?.epoch === epoch && standing.seq > seq;
}

/** `rows` after `changes`, which are in order: the later one of a record wins. `sum` as it was before, and is after. */
function merge(rows: readonly Row[], changes: readonly Change[], sum: Sum): { readonly rows: Row[]; readonly sum: Sum } {
  const live = new Map(rows.map((row) => [nameOf(row), row]));
  for (const { kind, key, seq, deleted, body } of changes) {
    const name = nameOf({ kind, key });
    const before = live.get(name);
    if (before !== undefined) sum = minus(sum, before);
    live.delete(name);
    if (deleted) continue;
    sum = plus(sum, { kind, key, seq });
    live.set(name, { kind, key, seq, body });
  }
  return { rows: [...live.values()], sum };
}

/** What is live after `changes`, which are in order. */
export function liveAfter(changes: readonly Change[]): Row[] {
  const live = new Map<string, Row>();
  for (const { kind, key, seq, deleted, body } of changes) {
    const name = nameOf({ kind, key });
    if (deleted) live.delete(name);
    else live.set(name, { kind, key, seq, body });
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
