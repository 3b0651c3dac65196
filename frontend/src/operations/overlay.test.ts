import { expect, test } from 'vitest';
import type { Checkpoint } from '../contract/protocol';
import type { OutboxRow, Settled } from '../db/outbox';
import type { Presence } from '../rules/attendance';
import type { Subject } from './checkin';
import { isUnseen, overlay, undoneBy, type Cursors } from './overlay';

const DOOR: Checkpoint = { id: 'door', name: 'Door', policy: 'once', tz: 'UTC' };
const PLACE = { checkpoint: DOOR, window: '' };
const STREAM = 'attendance:v';
const PRESENT: Presence = { state: 'present', since: '2026-11-22T10:00:00.000Z', by: 'Maria', operation: 'theirs', duplicates: 0 };

function accepted(at: number | null): Settled {
  const positions = at === null ? {} : { [STREAM]: at };
  return { verdict: 'accepted', flags: [], code: null, message: null, at: positions, server_time: '2026-11-22T11:00:00.000Z' };
}

function row(seq: number, kind: string, payload: Record<string, string>, more: Partial<OutboxRow> & { refers_to?: string } = {}): OutboxRow {
  const { refers_to = null, settled = null } = more;
  const occurred_at = `2026-11-22T11:00:0${seq}.000Z`;
  const operation = { id: `op${seq}`, kind, seq, occurred_at, offset_ms: null, actor: 'Bob', refers_to, payload };
  return { id: `op${seq}`, seq, operation, settled, stuck: null };
}

const arrive = (seq: number, settled: Settled | null = null, person = 'p'): OutboxRow =>
  row(seq, 'checkin.arrive', { checkpoint: 'door', person }, { settled });
const undo = (seq: number, target: string, settled: Settled | null = null): OutboxRow =>
  row(seq, 'checkin.void', { checkpoint: 'door' }, { settled, refers_to: target });

function at(seq: number): Cursors {
  return new Map([[STREAM, { stream: STREAM, seq, epoch: 'e', count: null, pulledAt: 0 }]]);
}

function view(rows: OutboxRow[], base: Presence | null = null, cursors = at(5), resolve = (subject: Subject) => subject) {
  return overlay(rows, PLACE, { cursors, base: (key) => (key === 'person:p' ? base : null), resolve });
}

test.each([
  ['unsettled', null, true],
  ['settled beyond the cursor', accepted(6), true],
  ['settled at the cursor', accepted(5), false],
  ['settled in no stream that is held', accepted(null), false],
  ['quarantined', { ...accepted(6), verdict: 'quarantined' } as const, false],
])('an operation that is %s', (_, settled, unseen) => {
  expect(isUnseen(arrive(1, settled), at(5))).toBe(unseen);
});

test('an arrival shows before any network', () => {
  expect(view([arrive(1)]).get('person:p')).toMatchObject({ state: 'present', by: 'Bob', operation: 'op1' });
});

test('an arrival that is visible in what was pulled is not counted twice', () => {
  expect(view([arrive(1, accepted(5))], PRESENT).size).toBe(0);
  const lost = view([arrive(1)], { ...PRESENT, operation: 'op1' });
  expect(lost.get('person:p')).toMatchObject({ operation: 'op1', duplicates: 0 });
});

test('who was first elsewhere stays first', () => {
  expect(view([arrive(1)], PRESENT).get('person:p')).toEqual({ ...PRESENT, duplicates: 1 });
});

test('an undone arrival is gone, whichever of the two is visible already', () => {
  expect(view([arrive(1), undo(2, 'op1')]).get('person:p')).toBeNull();
  expect(view([arrive(1), undo(2, 'op1', accepted(5))]).get('person:p')).toBeNull();
  const visible = { ...PRESENT, operation: 'op1' };
  expect(view([arrive(1, accepted(5)), undo(2, 'op1')], visible).get('person:p')).toBeNull();
});

test('a void that the server could not accept undoes nothing', () => {
  const rejected = { ...accepted(5), verdict: 'refused' } as const;
  expect([...undoneBy([arrive(1), undo(2, 'op1', rejected)])]).toEqual([]);
  expect([...undoneBy([arrive(1), undo(2, 'op1')])]).toEqual(['op1']);
});

test('operations at other checkpoints do not show here', () => {
  expect(view([row(1, 'checkin.arrive', { checkpoint: 'lunch', person: 'p' })]).size).toBe(0);
});

test('a code and a name of one person are one person', () => {
  const rows = [row(1, 'checkin.arrive', { checkpoint: 'door', credential: 'd' }), arrive(2)];
  const known = view(rows, null, at(5), (subject) => (subject.kind === 'credential' ? { kind: 'person', id: 'p' } : subject));
  expect([...known].map(([key, presence]) => [key, presence?.duplicates])).toEqual([['person:p', 1]]);
  expect([...view(rows).keys()]).toEqual(['credential:d', 'person:p']);
});

test('yesterday does not count today at a daily checkpoint', () => {
  const place = { checkpoint: { ...DOOR, policy: 'daily' as const }, window: '2026-11-23' };
  const known = { cursors: at(5), base: () => null, resolve: (subject: Subject) => subject };
  expect(overlay([arrive(1)], place, known).size).toBe(0);
  expect(overlay([arrive(1)], { ...place, window: '2026-11-22' }, known).size).toBe(1);
});
