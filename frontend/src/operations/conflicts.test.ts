import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Checkpoint, Conflict } from '../contract/protocol';
import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { Attendance } from './attendance.svelte';
import { movement, owning, resolving, undoing } from './checkin';
import { Conflicts } from './conflicts.svelte';
import { OutboxView } from './outbox.svelte';
import { Roster } from './roster.svelte';

const TWICE: Conflict = {
  id: 'twice',
  what: 'second_admission',
  people: ['maria'],
  operations: [
    { id: 'a', checkpoint: 'door', at: '2026-11-22T10:00:00.000Z', by: 'Ana', credential: 'A'.repeat(22) },
    { id: 'b', checkpoint: 'door', at: '2026-11-22T10:02:00.000Z', by: 'Ben' },
  ],
  state: 'open',
};

const SHARED: Conflict = {
  id: 'shared',
  what: 'slot_taken',
  slot: 'A-1',
  people: ['maria', 'bo'],
  operations: [
    { id: 'c', checkpoint: 'bunks', at: '2026-11-22T09:00:00.000Z', by: 'Ana', person: 'maria' },
    { id: 'd', checkpoint: 'bunks', at: '2026-11-22T09:02:00.000Z', by: 'Ben', person: 'bo' },
  ],
  state: 'open',
};
const BUNKS: Checkpoint = { id: 'bunks', name: 'Bunks', kind: 'bunk', policy: 'in_out', tz: 'UTC', slots: ['A-1', 'A-2', 'A-3'] };

let bulletin: Bulletin;
let outbox: OutboxView;
let attendance: Attendance;
let conflicts: Conflicts;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  bulletin = new Bulletin('test');
  const records = new Records();
  const position = { stream: 'conflicts:e', seq: 5, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace(position, [{ kind: 'conflict', key: 'twice', seq: 1, body: TWICE }]);
  outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  attendance = new Attendance(records, outbox, new Roster(records, outbox, () => new Map()));
  conflicts = new Conflicts(records, outbox, attendance);
  await conflicts.load('conflicts:e', 'all');
});

afterEach(() => bulletin.close());

function states(): [string, string | undefined][] {
  return conflicts.all.map(({ state, owner }) => [state, owner]);
}

test('what was pulled is open until somebody acts', () => {
  expect([conflicts.open, states()]).toEqual([1, [['open', undefined]]]);
});

test('an own act shows before any network, the latest of each kind', async () => {
  await outbox.enqueue(owning('twice'));
  expect([conflicts.open, states()]).toEqual([0, [['owned', '']]]);
  await outbox.enqueue(resolving(TWICE, 'same_person', 'sisters'));
  expect(conflicts.all[0]).toMatchObject({ state: 'resolved', resolution: 'same_person' });
  await outbox.enqueue(resolving(TWICE, 'reopened', ''));
  expect(states()).toEqual([['owned', '']]);
});

test('undoing one of two arrivals ends it', async () => {
  await outbox.enqueue(undoing('b', 'door'));
  expect([conflicts.open, conflicts.all]).toEqual([0, []]);
});

test('a resolution says what it covers, and a swapped wristband which codes go', () => {
  expect(resolving(TWICE, 'same_person', '').payload).toEqual({ conflict: 'twice', resolution: 'same_person', operations: ['a', 'b'] });
  expect(resolving(TWICE, 'wristband_swapped', 'x').payload).toEqual({
    conflict: 'twice',
    resolution: 'wristband_swapped',
    operations: ['a', 'b'],
    withdraw: ['A'.repeat(22)],
    note: 'x',
  });
});

async function sharedAt(checkpoint: Checkpoint): Promise<void> {
  const records = new Records();
  const position = { stream: 'conflicts:e', seq: 6, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace(position, [{ kind: 'conflict', key: 'shared', seq: 6, body: SHARED }]);
  const presences = SHARED.operations.map(({ id, person, at, by }) => {
    const body = { checkpoint: 'bunks', window: '', person, state: 'present', since: at, by, operation: id, duplicates: 0, slot: 'A-1' };
    return { kind: 'presence', key: `bunks//p${person}`, seq: 6, body };
  });
  await records.replace({ ...position, stream: 'attendance:w' }, [{ kind: 'checkpoint', key: 'bunks', seq: 6, body: checkpoint }, ...presences]);
  await attendance.load('attendance:w', 'all');
  await conflicts.load('conflicts:e', 'all');
}

test('who moves out of a place that two people have ends it, and the next free place is another', async () => {
  await sharedAt(BUNKS);
  expect([conflicts.open, conflicts.spare(SHARED)]).toEqual([1, 'A-2']);
  await outbox.enqueue(movement('arrive', 'bunks', { kind: 'person', id: 'bo' }, 'search', { slot: 'A-2' }));
  expect([conflicts.all, conflicts.spare(SHARED)]).toEqual([[], 'A-3']);
});

test('who moves elsewhere, or takes the move back, has the place all the same', async () => {
  await sharedAt(BUNKS);
  await outbox.enqueue(movement('arrive', 'gate', { kind: 'person', id: 'bo' }, 'search'));
  const moved = await outbox.enqueue(movement('arrive', 'bunks', { kind: 'person', id: 'bo' }, 'search', { slot: 'A-2' }));
  expect(conflicts.open).toBe(0);
  await outbox.enqueue(undoing(moved.id, 'bunks'));
  expect(conflicts.open).toBe(1);
});

test('nobody is moved where the first arrival counts, nor by another conflict', async () => {
  await sharedAt({ ...BUNKS, policy: 'once' });
  expect([conflicts.spare(SHARED), conflicts.spare(TWICE)]).toEqual([undefined, undefined]);
});

test('they may share it', async () => {
  await sharedAt(BUNKS);
  await outbox.enqueue(resolving(SHARED, 'shared', ''));
  expect(conflicts.all[0]).toMatchObject({ state: 'resolved', resolution: 'shared' });
});
