import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import type { Checkpoint } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { Holds } from '../../operations/holds.svelte';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Settings } from '../../operations/settings.svelte';
import { Bulletin } from '../../platform/bulletin';
import { searchKey } from '../../rules/search';
import type { Signal } from '../../ui/signals';
import { Desk } from './desk.svelte';
import { wordOf } from './results';

export const EVENT = '0190b0a2-7b1c-7e57-8a3e-3d8a5c1e0f11';

/** A desk over databases that are empty but for what it pulled. Whoever asks for one ends it with `close`. */
export interface FakeDesk {
  readonly desk: Desk;
  readonly outbox: OutboxView;
  readonly attendance: Attendance;
  readonly roster: Roster;
  readonly holds: Holds;
  /** What ears and hands were told, the oldest first. */
  readonly signals: Signal[];
  /** Looks for somebody and taps on the first who is found; the word on the screen then. */
  readonly tap: (query: string) => Promise<string | null>;
  readonly close: () => void;
}

export async function fakeDesk(people: readonly Row[], here: readonly Row[] = []): Promise<FakeDesk> {
  globalThis.indexedDB = new IDBFactory();
  const [records, bulletin, signals] = [new Records(), new Bulletin('test'), [] as Signal[]];
  const cursor = { seq: 5, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace({ ...cursor, stream: 'roster:e' }, [...people]);
  await records.replace({ ...cursor, stream: 'attendance:v' }, [...here]);
  const outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  const attendance: Attendance = new Attendance(records, outbox, roster);
  await roster.load('roster:e', 'all');
  await attendance.load('attendance:v', 'all');
  await attendance.loadCursors();
  const holds = new Holds(outbox, attendance, roster);
  const signal = (given: Signal): void => void signals.push(given);
  const desk = new Desk({ event: () => EVENT, roster, attendance, holds, guardians: () => null, outbox, settings: new Settings(), signal });
  const tap = async (query: string): Promise<string | null> => {
    await desk.look(query);
    const [first] = desk.found;
    if (first !== undefined) await desk.tap(first);
    return desk.result && wordOf(desk.result, desk.words);
  };
  return { desk, outbox, attendance, roster, holds, signals, tap, close: () => bulletin.close() };
}

export function person(id: string, name: string, credentials: readonly string[] = [], more: object = {}): Row {
  const body = { id, name, search: searchKey(name), delegation: 'Norway', role: '', credentials, ...more };
  return { kind: 'person', key: id, seq: 1, body };
}

export function checkpoint(body: Checkpoint): Row {
  return { kind: 'checkpoint', key: body.id, seq: 1, body };
}
