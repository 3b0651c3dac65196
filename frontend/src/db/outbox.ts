import { KIOSK, type Carried, type Description, type Operation } from '../contract/protocol';
import { uuid7 } from '../platform/ids';
import { carry } from './carried';
import { abort, Connection } from './connection';
import { createStores, FIRST_CARRIED, waiting, type Era, type Meta, type OutboxRow, type OutboxSchema, type Settled, type Writing } from './schema';

export type { Era, Meta, OutboxRow, Settled } from './schema';

export type Draft = Pick<Operation, 'kind' | 'refers_to' | 'payload'>;

/** The database of what people recorded on this phone. Every write here is strict: on disk before anybody says "done". */
export class Outbox {
  #connection: Connection<OutboxSchema>;

  constructor(name = 'eventsync-outbox') {
    this.#connection = new Connection<OutboxSchema>(name, 1, createStores);
  }

  /** Stores a new operation with the next number and resolves when it is safely on disk. */
  async append(draft: Draft, now: number = Date.now()): Promise<OutboxRow> {
    const [row] = await this.appendAll([draft], now);
    return row as OutboxRow; // one for each
  }

  /** The same for several that belong together: all of them are stored, in order, or none is. */
  async appendAll(drafts: readonly Draft[], now: number = Date.now()): Promise<readonly OutboxRow[]> {
    const ids = drafts.map(() => uuid7(now));
    return this.#write(async (transaction) => {
      // A person waits: all is read at once, all written at once, and the commit asked for with it.
      const operations = transaction.objectStore('operations');
      const [rows, ...known] = await Promise.all([sealed(transaction, ids, drafts, now), ...ids.map((id) => operations.get(id))]);
      // The first try may have been committed although its connection died.
      const already = known.filter((row) => row !== undefined);
      if (already.length > 0) return already;
      await committed(transaction, rows);
      return rows;
    });
  }

  /**
   * Stores operations that other phones recorded, in order, to be sent as theirs; this phone's own come back as its own.
   * Resolves, when they are safely on disk, to the ids of those that were not here.
   */
  carry(operations: readonly Carried[]): Promise<readonly string[]> {
    return this.#write((transaction) => carry(transaction, operations));
  }

  all(): Promise<OutboxRow[]> {
    return this.#connection.use((database) => database.getAllFromIndex('operations', 'seq'));
  }

  async some(ids: readonly string[]): Promise<OutboxRow[]> {
    const rows = await this.#connection.use((database) =>
      Promise.all(ids.map((id) => database.get('operations', id))),
    );
    return rows.filter((row) => row !== undefined);
  }

  /** Up to `limit` operations to send, after the number `seq`, in order. */
  queuedAfter(seq: number, limit: number): Promise<OutboxRow[]> {
    return this.#connection.use((database) =>
      database.getAllFromIndex('operations', 'queued', IDBKeyRange.lowerBound(seq, true), limit),
    );
  }

  /** Operations without a verdict, those set aside included. */
  countUnsettled(): Promise<number> {
    return this.#connection.use((database) => database.countFromIndex('operations', 'unsettled'));
  }

  /** The first operation of this phone's own, in order, that has no verdict and is none of `besides`; null without one. */
  async oldestUnsettled(besides: readonly string[]): Promise<OutboxRow | null> {
    const own = IDBKeyRange.upperBound(FIRST_CARRIED);
    const rows = await this.#connection.use((database) =>
      database.getAllFromIndex('operations', 'unsettled', own, besides.length + 1),
    );
    return rows.find(({ id }) => !besides.includes(id)) ?? null;
  }

  /** To be compared with itself after a request: an answer to what was asked in another era is worth nothing. */
  era(): Promise<Era> {
    return this.#connection.use((database) => eraOf(database.transaction('meta').store));
  }

  /** Applies verdicts that were asked for in `era`; says false, changing nothing, when another has begun since. */
  settle(verdicts: ReadonlyMap<string, Settled>, era: Era): Promise<boolean> {
    return this.#write(async (transaction) => {
      if (!isSameEra(await eraOf(transaction.objectStore('meta')), era)) return false;
      const operations = transaction.objectStore('operations');
      for (const [id, settled] of verdicts) {
        const row = await operations.get(id);
        if (row === undefined || overtaken(row.settled, settled)) continue;
        await operations.put({ id, seq: row.seq, operation: row.operation, settled: { ...settled, epoch: era.epoch }, stuck: null });
      }
      return true;
    });
  }

  /** Takes an operation that the server cannot read out of the queue, with the reason; it stays here, visible. */
  setAside(id: string, reason: string): Promise<void> {
    return this.#write(async (transaction) => {
      const operations = transaction.objectStore('operations');
      const row = await operations.get(id);
      if (row !== undefined) await operations.put(unqueued({ ...row, stuck: reason }));
    });
  }

  /** Puts every operation that was set aside back into the queue. */
  takeUpAgain(): Promise<void> {
    return this.#write((transaction) => requeue(transaction, (row) => row.stuck !== null));
  }

  /** Another server history: whatever this phone still holds is unsettled again. Nothing, if `asked` is no longer the era. */
  beginEpoch(epoch: string, asked?: Era): Promise<void> {
    return this.#write(async (transaction) => {
      const era = await eraOf(transaction.objectStore('meta'));
      if (era.epoch === epoch || (asked !== undefined && !isSameEra(era, asked))) return;
      await beginAnew(transaction, { epoch, beginnings: era.beginnings });
    });
  }

  /** The server lost some of what it had acknowledged: whatever this phone still holds is unsettled again. */
  sendAllAgain(): Promise<void> {
    return this.#write(async (transaction) => beginAnew(transaction, await eraOf(transaction.objectStore('meta'))));
  }

  /** Removes operations settled before this moment of the server's clock, ms; answers which. */
  prune(settledBefore: number): Promise<readonly string[]> {
    return this.#write(async (transaction) => {
      const gone: string[] = [];
      for await (const cursor of transaction.objectStore('operations')) {
        const { settled, id } = cursor.value;
        if (settled === null || !(Date.parse(settled.server_time) < settledBefore)) continue;
        await cursor.delete();
        gone.push(id);
      }
      return gone;
    });
  }

  /** This phone's own id, made at the first call. */
  device(): Promise<string> {
    return this.#write(async (transaction) => {
      const meta = transaction.objectStore('meta');
      const known = await meta.get('device');
      if (typeof known === 'string') return known;
      const device = uuid7();
      await meta.put(device, 'device');
      return device;
    });
  }

  async read<Name extends keyof Meta>(name: Name): Promise<Meta[Name] | undefined> {
    // The store holds one type per name: `remember` is the only writer and is typed by name.
    return (await this.#connection.use((database) => database.get('meta', name))) as Meta[Name] | undefined;
  }

  remember<Name extends keyof Meta>(name: Name, value: Meta[Name]): Promise<void> {
    return this.#write(async (transaction) => {
      await transaction.objectStore('meta').put(value, name);
    });
  }

  /** Takes what the server now says of this phone into its session, unless it was enrolled anew meanwhile. */
  redescribe(token: string, description: Description): Promise<void> {
    return this.#write(async (transaction) => {
      const meta = transaction.objectStore('meta');
      const session = await meta.get('session');
      const same = typeof session === 'object' && 'token' in session && session.token === token;
      if (same) await meta.put({ ...description, token }, 'session');
    });
  }

  forget(name: 'session' | 'checkpoint'): Promise<void> {
    return this.#write((transaction) => transaction.objectStore('meta').delete(name));
  }

  /** Proves that this phone keeps what it is given: writes, closes, opens and reads back. Throws StorageError. */
  async prove(): Promise<void> {
    const canary = uuid7();
    await this.remember('canary', canary);
    await this.close();
    if ((await this.read('canary')) !== canary) throw new DOMException('the canary was not kept', 'UnknownError');
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #write<T>(work: (transaction: Writing) => Promise<T>): Promise<T> {
    return this.#connection.use(async (database) => {
      const transaction = database.transaction(['operations', 'meta'], 'readwrite', { durability: 'strict' });
      const result = work(transaction).catch((error: unknown) => {
        abort(transaction);
        throw error;
      });
      // `done` carries the cause when the browser aborts (quota); it alone says that the commit happened.
      await Promise.all([transaction.done, result]);
      return result;
    });
  }
}

async function sealed(transaction: Writing, ids: readonly string[], drafts: readonly Draft[], now: number): Promise<readonly OutboxRow[]> {
  const meta = transaction.objectStore('meta');
  const names = ['seq', 'offset', 'actor', 'session'] as const;
  const [last, offset, actor, session] = await Promise.all(names.map((name) => meta.get(name)));
  // People do it themselves there; who held it before has nothing to do with it.
  const alone = typeof session === 'object' && 'profile' in session && session.profile.name === KIOSK;
  const before = typeof last === 'number' ? last : 0;
  const same = {
    occurred_at: new Date(now).toISOString(),
    offset_ms: typeof offset === 'number' ? offset : null,
    actor: typeof actor === 'string' && !alone ? actor : null,
  };
  return drafts.map(({ kind, refers_to, payload }, at) => {
    const seq = before + at + 1;
    return waiting({ id: ids[at] ?? '', kind, seq, ...same, refers_to, payload }, seq);
  });
}

/** Writes them, and asks for the commit: where one of them cannot be written, none is. */
async function committed(transaction: Writing, rows: readonly OutboxRow[]): Promise<void> {
  const written: Promise<unknown>[] = [];
  try {
    for (const row of rows) written.push(transaction.objectStore('operations').add(row));
    written.push(transaction.objectStore('meta').put(rows.at(-1)?.seq ?? 0, 'seq'));
    transaction.commit();
  } catch (error) {
    void Promise.allSettled(written);
    throw error;
  }
  await Promise.all(written);
}

async function eraOf(meta: { get(name: 'epoch' | 'beginnings'): Promise<Meta[keyof Meta] | undefined> }): Promise<Era> {
  const [epoch, beginnings] = await Promise.all([meta.get('epoch'), meta.get('beginnings')]);
  return { epoch: typeof epoch === 'string' ? epoch : undefined, beginnings: typeof beginnings === 'number' ? beginnings : 0 };
}

export function isSameEra(one: Era, other: Era): boolean {
  return one.epoch === other.epoch && one.beginnings === other.beginnings;
}

async function beginAnew(transaction: Writing, { epoch, beginnings }: Era): Promise<void> {
  const meta = transaction.objectStore('meta');
  if (epoch !== undefined) await meta.put(epoch, 'epoch');
  await meta.put(beginnings + 1, 'beginnings');
  await requeue(transaction, () => true);
}

async function requeue(transaction: Writing, chosen: (row: OutboxRow) => boolean): Promise<void> {
  for await (const cursor of transaction.objectStore('operations')) {
    const row = cursor.value;
    if (chosen(row)) await cursor.update({ ...row, settled: null, stuck: null, unsettled: row.seq, queued: row.seq });
  }
}

// Out of quarantine there is one way only: an answer to a push that says it again was on its way before the re-run.
function overtaken(known: Settled | null, told: Settled): boolean {
  return told.verdict === 'quarantined' && known !== null && known.verdict !== 'quarantined';
}

function unqueued(row: OutboxRow): OutboxRow {
  const { queued: _, ...rest } = row;
  return rest;
}
