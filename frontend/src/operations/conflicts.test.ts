import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Conflict } from '../contract/protocol';
import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { Attendance } from './attendance.svelte';
import { owning, resolving, undoing } from './checkin';
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

let bulletin: Bulletin;
let outbox: OutboxView;
let conflicts: Conflicts;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  bulletin = new Bulletin('test');
  const records = new Records();
  const position = { stream: 'conflicts:e', seq: 5, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace(position, [{ kind: 'conflict', key: 'twice', seq: 1, body: TWICE }]);
  outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  conflicts = new Conflicts(records, outbox, new Attendance(records, outbox, new Roster(records, outbox, () => new Map())));
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
