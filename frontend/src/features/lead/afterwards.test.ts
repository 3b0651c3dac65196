import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint, PresenceRecord } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { happenedAt } from '../../operations/checkin';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Bulletin } from '../../platform/bulletin';
import { canBeWritten, fromPaper, gone, isGuarded, stillIn } from './afterwards';
import { Marking } from './marking.svelte';

const NOW = Date.parse('2026-11-22T20:00:00.000Z');
const GATE: Checkpoint = { id: 'gate', name: 'Gate', policy: 'in_out', tz: 'UTC', guarded: true };
const DAILY: Checkpoint = { id: 'daily', name: 'Daily door', policy: 'daily', tz: 'UTC' };
const [BO, SOO] = [{ id: 'bo' }, { id: 'soo' }];
const BOTH = [BO, SOO];

let bulletin: Bulletin;
let stored: Outbox;
let outbox: OutboxView;
let roster: Roster;
let attendance: Attendance;
let marking: Marking;

function person(id: string, flags: string[] = []): Row {
  return { kind: 'person', key: id, seq: 1, body: { id, name: id.toUpperCase(), search: id, delegation: '', role: '', credentials: [], flags } };
}

function at(id: string, hour: string, state: PresenceRecord['state'] = 'present', more: Partial<PresenceRecord> = {}): Row {
  const since = `2026-11-22T${hour}:00:00.000Z`;
  const body = { checkpoint: 'gate', window: '', person: id, state, since, by: 'Ana', operation: `of-${id}`, duplicates: 0, ...more };
  return { kind: 'presence', key: `gate//${id}`, seq: 1, body };
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  globalThis.indexedDB = new IDBFactory();
  [bulletin, stored] = [new Bulletin('test'), new Outbox()];
  const [records, cursor] = [new Records(), { seq: 5, epoch: 'e', count: null, pulledAt: 0 }];
  await records.replace({ ...cursor, stream: 'roster:e' }, [person('bo'), person('ida'), person('kim', ['guarded']), person('soo')]);
  const places = [GATE, DAILY].map((body): Row => ({ kind: 'checkpoint', key: body.id, seq: 1, body }));
  const unknown = { ...at('code', '11'), body: { ...(at('code', '11').body as object), person: undefined, credential: 'C'.repeat(22) } };
  await records.replace({ ...cursor, stream: 'attendance:v' }, [...places, at('bo', '12', 'present', { slot: 'A-1' }), at('ida', '09'), at('kim', '10'), at('soo', '08', 'left'), unknown]);
  outbox = new OutboxView(stored, bulletin, () => undefined);
  roster = new Roster(records, outbox, () => attendance.cursors);
  attendance = new Attendance(records, outbox, roster);
  await roster.load('roster:e', 'all');
  await attendance.load('attendance:v', 'all');
  await attendance.loadCursors();
  marking = new Marking(outbox);
});

afterEach(() => {
  bulletin.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function inside(): string[] {
  return stillIn(GATE, attendance, roster).map(({ id }) => id);
}

test('who is still in is listed with whoever came first at the top, and not who went out', () => {
  expect(stillIn(GATE, attendance, roster).map(({ name, guarded }) => [name, guarded])).toEqual([
    ['IDA', false],
    ['KIM', true],
    ['Not on the list (CCCCCC)', false],
    ['BO', false],
  ]);
});

test('who is said to be gone is out at once, by one operation each, and in again when that is taken back', async () => {
  const people = stillIn(GATE, attendance, roster).filter(({ id }) => id !== 'person:kim');
  for (const { id } of people) marking.tick(id, true);
  marking.tick('person:ida', false);
  const ticked = people.filter(({ id }) => marking.ticked.has(id));
  await marking.record(ticked, gone(GATE, ticked));
  expect([inside(), marking.recorded, marking.ticked.size]).toEqual([['person:ida', 'person:kim'], 2, 0]);
  const [first, second] = outbox.rows.map(({ operation }) => operation);
  const { group } = first?.payload ?? {};
  expect([first?.kind, first?.payload, second?.payload]).toEqual([
    'checkin.leave',
    { checkpoint: 'gate', credential: 'C'.repeat(22), method: 'search', group, unseen: true },
    { checkpoint: 'gate', person: 'bo', method: 'search', slot: 'A-1', group, unseen: true },
  ]);
  await marking.undo();
  expect([inside().length, marking.recorded, outbox.rows.slice(2).map(({ operation }) => operation.refers_to)]).toEqual([4, 0, [first?.id, second?.id]]);
});

test.each([0, 300_000, -300_000])('what is on paper is recorded with the time on it, also by a clock that is %d ms off', async (offset) => {
  await stored.remember('offset', offset);
  attendance.tick(Date.now(), offset);
  const noon = Date.parse('2026-11-21T12:05:00.000Z');
  await marking.record(BOTH, fromPaper('arrive', DAILY, BOTH), attendance.ownClock(noon));
  expect(outbox.rows.map(({ operation }) => [operation.kind, happenedAt(operation), operation.payload['method'], operation.payload['person']])).toEqual([
    ['checkin.arrive', '2026-11-21T12:05:00.000Z', 'paper', 'bo'],
    ['checkin.arrive', '2026-11-21T12:05:00.000Z', 'paper', 'soo'],
  ]);
  const [yesterday, today] = ['2026-11-21T09:00:00.000Z', '2026-11-22T09:00:00.000Z'].map((day) => [...attendance.presencesAt(DAILY, day).keys()]);
  expect([yesterday, today]).toEqual([['person:bo', 'person:soo'], []]);
});

test.each([
  [NOW, true],
  [NOW + 60_000, false],
  [NOW - 7 * 86_400_000, true],
  [NOW - 7 * 86_400_000 - 60_000, false],
  [NaN, false],
])('a time on paper can be %d: %s', (time, can) => {
  expect(canBeWritten(time, NOW)).toBe(can);
});

test('what cannot be stored is recorded of nobody, and the ticks stay', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(stored, 'appendAll').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'));
  marking.tick('bo', true);
  await marking.record([BO], fromPaper('arrive', DAILY, [BO]));
  expect([marking.problem === null, marking.recorded, [...marking.ticked], outbox.rows]).toEqual([false, 0, ['bo'], []]);
  await marking.record([BO], fromPaper('arrive', DAILY, [BO]));
  expect([marking.problem, marking.recorded, outbox.rows.length]).toEqual([null, 1, 1]);
});

test('what is ticked while others are stored stays ticked, and no tap is taken meanwhile', async () => {
  marking.tick('bo', true);
  const storing = marking.record([BO], fromPaper('arrive', DAILY, [BO]));
  expect(marking.busy).toBe(true);
  marking.tick('soo', true);
  await storing;
  expect([marking.busy, [...marking.ticked], marking.recorded, outbox.rows.length]).toEqual([false, ['soo'], 1, 1]);
});

test.each([
  ['leave', 'gate', 'kim', true],
  ['leave', 'gate', 'bo', false],
  ['leave', 'daily', 'kim', false],
  ['arrive', 'gate', 'kim', false],
] as const)('that somebody had to %s at the %s, %s, needs a guardian: %s', (verb, door, id, needed) => {
  expect(isGuarded(verb, door === 'gate' ? GATE : DAILY, roster.person(id))).toBe(needed);
});
