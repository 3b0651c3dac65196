import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../db/outbox';
import { Records, type Row } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { searchKey } from '../rules/search';
import { Attendance } from './attendance.svelte';
import { confirming, merging } from './checkin';
import { Conflicts } from './conflicts.svelte';
import { OutboxView } from './outbox.svelte';
import { Roster } from './roster.svelte';
import { WalkIns } from './walkins.svelte';

let bulletin: Bulletin;
let outbox: OutboxView;
let walkIns: WalkIns;

function person(id: string, name: string, flags: string[] = []): Row {
  return { kind: 'person', key: id, seq: 1, body: { id, name, search: searchKey(name), delegation: 'Norway', role: '', credentials: [], flags } };
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  bulletin = new Bulletin('test');
  const records = new Records();
  const at = (stream: string) => ({ stream, seq: 5, epoch: 'e', count: null, pulledAt: 0 });
  await records.replace(at('roster:e'), [person('ada', 'Wálker, Ada'), person('came', 'Ada Walker', ['walk_in']), person('bo', 'Bo Ek', ['walk_in'])]);
  const merged = { id: 'old', name: 'Ida Wolker', delegation: 'Norway', into: 'ada' };
  await records.replace(at('conflicts:e'), [{ kind: 'merged', key: 'old', seq: 1, body: merged }]);
  outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => new Map());
  const attendance = new Attendance(records, outbox, roster);
  const conflicts = new Conflicts(records, outbox, attendance);
  await roster.load('roster:e', 'all');
  await conflicts.load('conflicts:e', 'all');
  expect(conflicts.all).toEqual([]);
  walkIns = new WalkIns(roster, attendance, conflicts, outbox);
});

afterEach(() => bulletin.close());

const waiting = (): string[] => walkIns.waiting.map(({ id }) => id);
const same = (): [string, string, boolean][] => walkIns.same.map(({ name, whole, waits }) => [name, whole, waits]);
const OLD = ['Ida Wolker', 'Wálker, Ada', false];

test('who waits, and who on the list they may be', () => {
  expect(waiting()).toEqual(['came', 'bo']);
  expect(walkIns.waiting.map((each) => walkIns.likely(each).map(({ id }) => id))).toEqual([['ada'], []]);
});

test('whoever is kept, or said to be somebody, waits no more, before any network', async () => {
  await outbox.enqueue(confirming('bo'));
  await outbox.enqueue(merging('came', 'ada'));
  expect([waiting(), same()]).toEqual([[], [['Ada Walker', 'Wálker, Ada', true], OLD]]);
});

test('what was said here is taken back, and said again', async () => {
  await outbox.enqueue(merging('came', 'ada'));
  await outbox.enqueue(merging('came', 'came'));
  expect([waiting(), same()]).toEqual([['came', 'bo'], [OLD]]);
  await outbox.enqueue(merging('came', 'bo'));
  expect(same()).toEqual([['Ada Walker', 'Bo Ek', true], OLD]);
});

test('what another phone said is taken back', async () => {
  expect(same()).toEqual([OLD]);
  await outbox.enqueue(merging('old', 'old'));
  expect(same()).toEqual([]);
});
