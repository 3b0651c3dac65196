// What is in memory is what is stored, whenever that changes and whoever changes it.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from '../db/outbox';
import { Records, type Position } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { quiet, watchStorage } from '../sync/fake-time';
import { Attendance } from './attendance.svelte';
import { movement } from './checkin';
import { OutboxView } from './outbox.svelte';
import { Reading } from './reading';
import { Roster } from './roster.svelte';

const STREAM = 'attendance:v';
const DOOR = { id: 'door', name: 'Door', policy: 'once', tz: 'UTC' };
const ANN = { kind: 'person', id: 'ann' } as const;

let bulletin: Bulletin;
let stored: Outbox;
let records: Records;
let outbox: OutboxView;
let attendance: Attendance;
let reading: Reading;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  watchStorage();
  [bulletin, stored, records] = [new Bulletin('test'), new Outbox(), new Records()];
  await stored.beginEpoch('e');
  await records.replace(position(1), [{ kind: 'checkpoint', key: 'door', seq: 1, body: DOOR }]);
  outbox = new OutboxView(stored, bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  attendance = new Attendance(records, outbox, roster);
  attendance.choose('door');
  const none = { load: () => Promise.resolve() };
  const session = { ...none, checkpoint: 'door' };
  reading = new Reading({ outbox, roster, guardians: none, conflicts: none, attendance, session }, records, bulletin);
});

afterEach(() => {
  bulletin.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function position(seq: number): Position {
  return { stream: STREAM, seq, epoch: 'e', count: null, pulledAt: 0 };
}

/** Another tab stores a page with Ann's presence, by what this phone recorded, at position 2. */
async function pulledElsewhere(operation: string): Promise<void> {
  const body = { checkpoint: 'door', window: '', person: 'ann', state: 'present', since: '2026-11-22T10:00:00.000Z', by: '', operation, duplicates: 0 };
  const applied = await new Records().apply(1, position(2), [{ seq: 2, kind: 'presence', key: 'door/ann', deleted: false, body }]);
  bulletin.post({ topic: 'records', stream: STREAM, buckets: applied?.touched ?? [] });
}

test('what another tab stores while everything is read is read after it', async () => {
  const sound = records.buckets.bind(records);
  vi.spyOn(records, 'buckets').mockImplementationOnce(async (stream, numbers) => {
    const found = await sound(stream, numbers);
    await pulledElsewhere('theirs');
    return found;
  });
  await reading.begin();
  await quiet();
  expect([attendance.presenceOf(ANN)?.operation, attendance.cursors.get(STREAM)?.seq]).toEqual(['theirs', 2]);
});

test('what this phone recorded is shown at every moment in which its list is read anew', async () => {
  await reading.begin();
  const { id } = await outbox.enqueue(movement('arrive', 'door', ANN, 'scan'));
  const verdict = { verdict: 'accepted', flags: [], code: null, message: null, at: { [STREAM]: 2 }, server_time: '2026-11-22T10:00:00.000Z' } as const;
  await stored.settle(new Map([[id, verdict]]), await stored.era());
  bulletin.post({ topic: 'outbox', ids: 'all' });
  await quiet();
  const shown: unknown[] = [];
  const look = (): void => void shown.push(attendance.presenceOf(ANN)?.operation);
  const sound = records.buckets.bind(records);
  vi.spyOn(records, 'buckets').mockImplementation(async (stream, numbers) => {
    const found = await sound(stream, numbers);
    // What was asked for is what was there: this comes later, and its news after this one's.
    if (shown.length === 0) await pulledElsewhere(id);
    look();
    return found;
  });
  bulletin.post({ topic: 'records', stream: STREAM, buckets: [] });
  for (let turn = 0; turn < 50; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    look();
  }
  await vi.waitFor(() => expect(attendance.cursors.get(STREAM)?.seq).toBe(2)); // a busy machine's channels are slow
  look();
  expect([new Set(shown), attendance.cursors.get(STREAM)?.seq]).toEqual([new Set([id]), 2]);
});
