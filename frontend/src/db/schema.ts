import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { Enrolment, Operation, Settlement } from '../contract/protocol';

/** One recorded operation. `operation` never changes after it was written. */
export interface OutboxRow {
  readonly id: string;
  /** Its place in the queue: of what this phone recorded its own number; of what it carries for others, one above `FIRST_CARRIED`. */
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
  /** Of its positions, for those of another epoch say nothing; what older versions of the app wrote has none. */
  readonly epoch?: string | undefined;
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
  /** How often everything here became unsettled again. */
  beginnings: number;
  session: Enrolment;
  actor: string;
  checkpoint: string;
  canary: string;
}

/** Frozen: releases never migrate it (protocol 7.1). */
export interface OutboxSchema extends DBSchema {
  operations: { key: string; value: OutboxRow; indexes: { seq: number; unsettled: number; queued: number } };
  meta: { key: string; value: Meta[keyof Meta] };
}

/** Far above every number that a phone gives: what is carried is sent after the phone's own, and leaves no hole in its numbers. */
export const FIRST_CARRIED = 2 ** 52;

/** Which history of the server this phone speaks of: its epoch, and how often the phone has begun anew. */
export interface Era {
  readonly epoch: string | undefined;
  readonly beginnings: number;
}

export type Writing = IDBPTransaction<OutboxSchema, ['operations', 'meta'], 'readwrite'>;

export function createStores(database: IDBPDatabase<OutboxSchema>): void {
  const operations = database.createObjectStore('operations', { keyPath: 'id' });
  operations.createIndex('seq', 'seq');
  operations.createIndex('unsettled', 'unsettled');
  operations.createIndex('queued', 'queued');
  database.createObjectStore('meta');
}

export function waiting(operation: Operation, seq: number): OutboxRow {
  return { id: operation.id, seq, operation, settled: null, stuck: null, unsettled: seq, queued: seq };
}
