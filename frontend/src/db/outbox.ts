import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { Enrolment, Operation, Settlement } from '../contract/protocol';
import { uuid7 } from '../platform/ids';
import { Connection } from './connection';

/** One recorded operation. `operation` never changes after it was written. */
export interface OutboxRow {
  readonly id: string;
  readonly seq: number;
  readonly operation: Operation;
  /** In: null. Out: by its own verdict. Back to null: a new epoch, for that server may have forgotten it. */
  readonly settled: Settled | null;
  /** In: the server could not read even this one alone. Out: a person's "try again", a new epoch. Still unsettled. */
  readonly stuck: string | null;
  /** Both equal `seq` or are absent, which keeps the row out of the index of that name. */
  readonly unsettled?: number;
  /** In: to be sent. Out: settled, or set aside. */
  readonly queued?: number;
}

export interface Settled extends Settlement {
  /** The server's clock when it said so. */
  readonly server_time: string;
}

/** What this phone knows about itself; survives everything but a person clearing the site's data. */
export interface Meta {
  device: string;
  seq: number;
  /** Server clock minus device clock, ms. */
  offset: number;
  /** The answer that told the offset: by how much it may be wrong, and when it came by the device's clock; ms. */
  clock: { uncertainty: number; heardAt: number };
  epoch: string;
  session: Enrolment;
  actor: string;
  checkpoint: string;
  canary: string;
}

/** Frozen: releases never migrate it (protocol 7.1). */
interface OutboxSchema extends DBSchema {
  operations: { key: string; value: OutboxRow; indexes: { seq: number; unsettled: number; queued: number } };
  meta: { key: string; value: Meta[keyof Meta] };
}

type Writing = IDBPTransaction<OutboxSchema, ['operations', 'meta'], 'readwrite'>;

export type Draft = Pick<Operation, 'kind' | 'refers_to' | 'payload'>;

/** The database of what people recorded on this phone. Every write here is strict: on disk before anybody says "done". */
export class Outbox {
  #connection: Connection<OutboxSchema>;

  constructor(name = 'eventsync-outbox') {
    this.#connection = new Connection<OutboxSchema>(name, 1, createStores);
  }

  /** Stores a new operation with the next number and resolves when it is safely on disk. */
  async append(draft: Draft, now: number = Date.now()): Promise<OutboxRow> {
    const id = uuid7(now);
    return this.#write(async (transaction) => {
      // A person waits: all is read at once, all written at once, and the commit asked for with it.
      const operations = transaction.objectStore('operations');
      const [already, row] = await Promise.all([operations.get(id), sealed(transaction, id, draft, now)]);
      // The first try may have been committed although its connection died.
      if (already !== undefined) return already;
      const written = [operations.add(row), transaction.objectStore('meta').put(row.seq, 'seq')];
      transaction.commit();
      await Promise.all(written);
      return row;
    });
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

  /** Applies verdicts given under `epoch`; says false, changing nothing, when another epoch has begun since. */
  settle(verdicts: ReadonlyMap<string, Settled>, epoch: string): Promise<boolean> {
    return this.#write(async (transaction) => {
      if ((await transaction.objectStore('meta').get('epoch')) !== epoch) return false;
      const operations = transaction.objectStore('operations');
      for (const [id, settled] of verdicts) {
        const row = await operations.get(id);
        if (row === undefined || overtaken(row.settled, settled)) continue;
        await operations.put({ id, seq: row.seq, operation: row.operation, settled, stuck: null });
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

  /** Another server history: whatever this phone still holds is unsettled again. */
  beginEpoch(epoch: string): Promise<void> {
    return this.#write(async (transaction) => {
      const meta = transaction.objectStore('meta');
      if ((await meta.get('epoch')) === epoch) return;
      await meta.put(epoch, 'epoch');
      await requeue(transaction, () => true);
    });
  }

  /** The server lost some of what it had acknowledged: whatever this phone still holds is unsettled again. */
  sendAllAgain(): Promise<void> {
    return this.#write((transaction) => requeue(transaction, () => true));
  }

  /** Removes operations settled before `settledBefore` and recorded before `recordedBefore` (both RFC 3339). */
  prune(settledBefore: string, recordedBefore: string): Promise<readonly string[]> {
    return this.#write(async (transaction) => {
      const gone: string[] = [];
      for await (const cursor of transaction.objectStore('operations')) {
        const { settled, operation, id } = cursor.value;
        if (settled === null || !earlier(settled.server_time, settledBefore)) continue;
        if (!earlier(operation.occurred_at, recordedBefore)) continue;
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

function createStores(database: IDBPDatabase<OutboxSchema>): void {
  const operations = database.createObjectStore('operations', { keyPath: 'id' });
  operations.createIndex('seq', 'seq');
  operations.createIndex('unsettled', 'unsettled');
  operations.createIndex('queued', 'queued');
  database.createObjectStore('meta');
}

async function sealed(transaction: Writing, id: string, draft: Draft, now: number): Promise<OutboxRow> {
  const meta = transaction.objectStore('meta');
  const [last, offset, actor] = await Promise.all([meta.get('seq'), meta.get('offset'), meta.get('actor')]);
  const seq = (typeof last === 'number' ? last : 0) + 1;
  const operation: Operation = {
    id,
    kind: draft.kind,
    seq,
    occurred_at: new Date(now).toISOString(),
    offset_ms: typeof offset === 'number' ? offset : null,
    actor: typeof actor === 'string' ? actor : null,
    refers_to: draft.refers_to,
    payload: draft.payload,
  };
  return { id, seq, operation, settled: null, stuck: null, unsettled: seq, queued: seq };
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

function earlier(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}

function abort(transaction: Writing): void {
  try {
    transaction.abort();
  } catch {
    // Already aborted by the browser: that is the failure being reported.
  }
}
