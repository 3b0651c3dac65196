import { expect, test } from 'vitest';
import type { Checkpoint } from '../contract/protocol';
import type { OutboxRow, Settled } from '../db/outbox';
import { fold, type Presence } from '../rules/attendance';
import { asEntry, type Subject } from './checkin';
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

function at(seq: number, more: { whole?: number } = {}): Cursors {
  return new Map([[STREAM, { stream: STREAM, seq, epoch: 'e', count: null, pulledAt: 0, ...more }]]);
}

function pulled(base: Presence | null): ReadonlyMap<string, Presence> {
  return new Map(base === null ? [] : [['person:p', base]]);
}

function view(rows: OutboxRow[], base: Presence | null = null, cursors = at(5), resolve = (subject: Subject) => subject) {
  return overlay(rows, PLACE, { cursors, pulled: pulled(base), resolve });
}

test.each<[string, Settled | null, boolean, { whole?: number }?]>([
  ['unsettled', null, true],
  ['settled beyond the cursor', accepted(6), true],
  ['settled at the cursor', accepted(5), false],
  ['settled in no stream that is held', accepted(null), false],
  ['settled beyond where all pages are here', accepted(4), true, { whole: 3 }],
  ['settled in the epoch of what is held', { ...accepted(5), epoch: 'e' }, false],
  ['settled in another epoch than what is held', { ...accepted(5), epoch: 'f' }, true],
  ['quarantined', { ...accepted(6), verdict: 'quarantined' } as const, false],
])('an operation that is %s', (_, settled, unseen, more = {}) => {
  expect(isUnseen(arrive(1, settled), at(5, more))).toBe(unseen);
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

const BUS = { checkpoint: { ...DOOR, policy: 'in_out' as const }, window: '' };
const leave = (seq: number, settled: Settled | null = null): OutboxRow =>
  row(seq, 'checkin.leave', { checkpoint: 'door', person: 'p' }, { settled });

function atBus(rows: OutboxRow[], base: Presence): Presence | null | undefined {
  return overlay(rows, BUS, { cursors: at(5), pulled: pulled(base), resolve: (subject) => subject }).get('person:p');
}

test.each([
  ['unsettled', null],
  ['settled beyond the cursor', accepted(6)],
])('an undone leave that was visible brings back the own arrival before it; the undo is %s', (_, settled) => {
  const left: Presence = { ...PRESENT, state: 'left', operation: 'op2', since: '2026-11-22T11:00:02.000Z' };
  const rows = [arrive(1, accepted(4)), leave(2, accepted(5)), undo(3, 'op2', settled)];
  expect(atBus(rows, left)).toMatchObject({ state: 'present', operation: 'op1', duplicates: 0 });
});

test('an undone arrival that was visible brings back the own leave before it, and not a refused one', () => {
  const refused = { ...accepted(5), verdict: 'refused' } as const;
  const later: Presence = { ...PRESENT, operation: 'op4', since: '2026-11-22T11:00:04.000Z' };
  const rows = [arrive(1, accepted(4)), leave(2, accepted(4)), arrive(3, refused), arrive(4, accepted(5)), undo(5, 'op4')];
  expect(atBus(rows, later)).toMatchObject({ state: 'left', operation: 'op2' });
});

test('an undone leave brings back no arrival that was undone before', () => {
  const left: Presence = { ...PRESENT, state: 'left', operation: 'op2', since: '2026-11-22T11:00:02.000Z' };
  const rows = [arrive(1, accepted(2)), leave(2, accepted(3)), undo(3, 'op1', accepted(4)), undo(4, 'op2')];
  expect(atBus(rows, left)).toBeNull();
});

test('two own arrivals that are visible and both undone leave nobody in', () => {
  const twice: Presence = { ...PRESENT, operation: 'op1', duplicates: 1 };
  const rows = [arrive(1, accepted(4)), arrive(2, accepted(5)), undo(3, 'op1'), undo(4, 'op2')];
  expect(view(rows.slice(0, 3), twice).get('person:p')).toMatchObject({ state: 'present', operation: 'op2', duplicates: 0 });
  expect(view(rows, twice).get('person:p')).toBeNull();
  expect(view(rows, { ...twice, duplicates: 2 }).get('person:p')).toMatchObject({ state: 'present', duplicates: 0 });
});

/** Everything that one phone can say of one person in `length` steps. */
function histories(length: number): OutboxRow[][] {
  if (length === 0) return [[]];
  return histories(length - 1).flatMap((before) => {
    const seq = before.length + 1;
    const targets = before.filter(({ operation }) => operation.kind !== 'checkin.void');
    return [arrive(seq), leave(seq), ...targets.map(({ id }) => undo(seq, id))].map((step) => [...before, step]);
  });
}

function shown(presence: Presence | null): unknown {
  return presence && [presence.state, presence.operation, presence.since];
}

test.each(['once', 'in_out'] as const)('of whatever a phone said %s, and however much is visible, it shows what the server would', (policy) => {
  const server = (rows: OutboxRow[]): Presence | null => {
    const entries = rows.flatMap(({ operation }) => asEntry(operation)?.entry ?? []);
    return fold(policy, null, entries, undoneBy(rows));
  };
  const wrong = histories(5).flatMap((rows) =>
    [0, 1, 2, 3, 4, 5].filter((visible) => {
      const held = rows.map((row) => (row.seq <= visible ? { ...row, settled: accepted(row.seq) } : row));
      const base = server(rows.slice(0, visible));
      const known = { cursors: at(visible), pulled: pulled(base), resolve: (subject: Subject) => subject };
      const own = overlay(held, { checkpoint: { ...DOOR, policy }, window: '' }, known).get('person:p');
      return `${shown(own === undefined ? base : own)}` !== `${shown(server(rows))}`;
    }),
  );
  expect(wrong).toEqual([]);
});

test('an own duplicate whose undoing is visible is not taken off twice', () => {
  const rows = [arrive(1, accepted(3)), arrive(2, accepted(4)), undo(3, 'op2', accepted(5)), undo(4, 'op1')];
  expect(view(rows, { ...PRESENT, operation: 'op1', duplicates: 1 }).get('person:p')).toMatchObject({ state: 'present', duplicates: 0 });
});

test('an arrival that is a visible duplicate, its verdict lost, changes nobody’s being in', () => {
  const counted: Presence = { ...PRESENT, duplicates: 1 };
  expect(view([arrive(1)], counted).get('person:p')).toMatchObject({ state: 'present', operation: 'theirs', since: PRESENT.since });
});

test('a void that the server could not accept undoes nothing', () => {
  const rejected = { ...accepted(5), verdict: 'refused' } as const;
  expect([...undoneBy([arrive(1), undo(2, 'op1', rejected)])]).toEqual([]);
  expect([...undoneBy([arrive(1), undo(2, 'op1')])]).toEqual(['op1']);
});

test.each([
  ['alone', PRESENT, null],
  ['before another', { ...PRESENT, duplicates: 1 }, { ...PRESENT, duplicates: 0 }],
])('what another phone said %s is undone before any network', (_, base, left) => {
  expect([...view([undo(1, 'theirs')], base)]).toEqual([['person:p', left]]);
});

test('of two at the same moment the later one stands, also when it is visible already', () => {
  const moment = (one: OutboxRow): OutboxRow => ({ ...one, operation: { ...one.operation, occurred_at: '2026-11-22T11:00:02.000Z' } });
  const left: Presence = { ...PRESENT, state: 'left', operation: 'op2', since: '2026-11-22T11:00:02.000Z' };
  expect(atBus([arrive(1), leave(2)].map(moment), left)).toMatchObject({ state: 'left', operation: 'op2' });
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
  const known = { cursors: at(5), pulled: pulled(null), resolve: (subject: Subject) => subject };
  expect(overlay([arrive(1)], place, known).size).toBe(0);
  expect(overlay([arrive(1)], { ...place, window: '2026-11-22' }, known).size).toBe(1);
});
