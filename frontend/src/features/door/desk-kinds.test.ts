import { IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../contract/protocol';
import { Records, type Row } from '../../db/records';
import { holding } from '../../operations/checkin';
import { fakeDesk, person, type FakeDesk } from './fake-desk';

const windows = [{ id: 'first', start: '2026-11-22T11:00:00.000Z', end: '2026-11-22T12:00:00.000Z' }];
const LUNCH: Checkpoint = { id: 'lunch', name: 'Lunch', policy: 'per_window', tz: 'UTC', windows };

let made: FakeDesk;
let { desk, outbox, attendance, tap } = {} as FakeDesk;

beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  made = await fakeDesk([person('soo', 'Soo O'), person('bo', 'Bo Ek', [], { role: 'coach' })]);
  ({ desk, outbox, attendance, tap } = made);
});

afterEach(() => {
  made.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const LOUNGE: Checkpoint = { id: 'lounge', name: 'Lounge', policy: 'in_out', tz: 'UTC', admits: { roles: ['coach'] } };
const BUNKS: Checkpoint = { id: 'bunks', name: 'Bunks', kind: 'bunk', policy: 'in_out', tz: 'UTC', slots: ['A-1', 'A-2'] };

async function standAt(checkpoint: Checkpoint, ...presences: Row[]): Promise<void> {
  const cursor = { seq: 6, epoch: 'e', count: null, pulledAt: 0, stream: 'attendance:w' };
  await new Records().replace(cursor, [{ kind: 'checkpoint', key: checkpoint.id, seq: 6, body: checkpoint }, ...presences]);
  await attendance.load('attendance:w', 'all');
  await attendance.loadCursors();
  attendance.choose(checkpoint.id);
}

function payloads(): unknown[] {
  return outbox.rows.map(({ operation: { kind, payload } }) => [kind, payload]);
}

test('who may not enter is sent away with the reason, which can be undone and counts nobody', async () => {
  await standAt(LOUNGE);
  expect(await tap('soo')).toBe('Not allowed here');
  expect(outbox.rows.length).toBe(0);
  if (desk.result !== null) await desk.sendOn(desk.result);
  expect(payloads()).toEqual([['checkin.refuse', { checkpoint: 'lounge', person: 'soo', reason: 'not_admitted' }]]);
  expect([desk.announcement, attendance.headcount.present, desk.recent[0]?.verb]).toEqual(['Sent away: Soo O.', 0, 'refuse']);
  if (desk.recent[0] !== undefined) await desk.undo(desk.recent[0].row, 'Soo O');
  expect(desk.recent.map(({ verb, undone }) => [verb, undone])).toEqual([['refuse', true]]);
});

test('who may not enter can be let in with a reason, and leaves without one', async () => {
  await standAt(LOUNGE);
  await tap('soo');
  if (desk.result !== null) await desk.anyway(desk.result, 'the lead said yes');
  desk.direction = 'leave';
  expect(await tap('soo')).toBe('Out');
  expect(payloads()).toEqual([
    ['checkin.arrive', { checkpoint: 'lounge', person: 'soo', method: 'search', override: 'the lead said yes' }],
    ['checkin.leave', { checkpoint: 'lounge', person: 'soo', method: 'search' }],
  ]);
});

test('whom a hold does not stop is still told that they may not enter', async () => {
  await standAt(LOUNGE);
  await outbox.enqueue(holding('soo', 'lead'));
  expect(await tap('soo')).toBe('On hold');
  if (desk.result !== null) await desk.anyway(desk.result);
  expect(desk.result).toMatchObject({ kind: 'barred', against: ['not_admitted'] });
  if (desk.result !== null) await desk.anyway(desk.result, 'the lead said yes');
  expect(payloads().slice(1)).toEqual([['checkin.arrive', { checkpoint: 'lounge', person: 'soo', method: 'search', override: 'the lead said yes' }]]);
  expect(await tap('soo')).toBe('On hold');
  if (desk.result !== null) await desk.anyway(desk.result);
  expect([desk.result?.kind, outbox.rows.length]).toEqual(['already', 2]);
});

const REFUSED = ['checkin.refuse', { checkpoint: 'lounge', person: 'soo', reason: 'not_admitted' }];
const LET_IN = ['checkin.arrive', { checkpoint: 'lounge', person: 'soo', method: 'search', override: 'the lead said yes' }];
const GOES_ON: Readonly<Record<string, () => unknown>> = {
  'the next one comes': () => desk.pick('person:bo'),
  'somebody is looked for': () => desk.look('b'),
  'another screen comes': () => desk.leave(),
};

function ofSoo(): unknown[] {
  return payloads().filter((each) => JSON.stringify(each).includes('soo'));
}

test.each(Object.entries(GOES_ON))('who may not enter was sent away when nobody decides and %s; once, and may be let in later', async (_, goOn) => {
  await standAt(LOUNGE);
  for (let times = 0; times < 2; times++) {
    await tap('soo');
    await desk.pick('person:soo'); // whoever is met again is still there
    await goOn();
    await vi.waitFor(() => expect(ofSoo()).toEqual([REFUSED]));
  }
  await tap('soo');
  if (desk.result !== null) await desk.anyway(desk.result, 'the lead said yes');
  await goOn();
  expect(ofSoo()).toEqual([REFUSED, LET_IN]);
});

test('who was let in was not sent away, also when the next one comes before that is stored', async () => {
  await standAt(LOUNGE);
  await tap('soo');
  const stored = desk.result !== null ? desk.anyway(desk.result, 'the lead said yes') : undefined;
  await desk.pick('person:bo');
  await stored;
  expect([ofSoo(), outbox.rows.length]).toEqual([[LET_IN], 2]);
});

test('a hold that nobody decides about sends on; a place that is not chosen sends nobody away', async () => {
  await outbox.enqueue(holding('soo', 'medical'));
  await standAt(BUNKS);
  await tap('soo');
  desk.clear();
  await vi.waitFor(() => expect(desk.announcement).toBe('Sent on: Soo O.'));
  await tap('bo');
  desk.clear();
  expect(payloads().slice(1)).toEqual([['checkin.refuse', { checkpoint: 'bunks', person: 'soo', reason: 'on_hold' }]]);
});

test('that somebody was sent away and is not stored is said over whoever is there, and kept when it is tried again', async () => {
  await standAt(LOUNGE);
  await tap('soo');
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await desk.look('b');
  await vi.waitFor(() => expect(desk.result).toMatchObject({ kind: 'unsaved', name: 'Soo O' }));
  desk.leave();
  vi.restoreAllMocks();
  if (desk.result?.kind === 'unsaved') await desk.result.retry();
  expect([payloads(), desk.result]).toEqual([[REFUSED], null]);
});

test('a meal outside its time slots is refused or overridden', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T09:00:00.000Z') });
  await standAt(LUNCH);
  expect(await tap('soo')).toBe('Not now');
  if (desk.result !== null) await desk.sendOn(desk.result);
  expect(payloads()).toEqual([['checkin.refuse', { checkpoint: 'lunch', person: 'soo', reason: 'other', note: 'outside the time slots' }]]);
});

const ATE = ['checkin.arrive', { checkpoint: 'lunch', person: 'soo', method: 'search' }];
const AGAIN = ['checkin.refuse', { checkpoint: 'lunch', person: 'soo', reason: 'already_here' }];

async function afterLunch(seconds: number): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T11:05:00.000Z') });
  await standAt(LUNCH);
  await tap('soo');
  vi.setSystemTime(Date.now() + 1_000 * seconds);
}

test.each(Object.entries(GOES_ON))('who had lunch and comes again was refused once in ten minutes, when %s', async (_, goOn) => {
  await afterLunch(60);
  for (let times = 0; times < 2; times++) {
    expect(await tap('soo')).toBe('Already in');
    await goOn();
    await vi.waitFor(() => expect(ofSoo()).toEqual([ATE, AGAIN]));
    expect(desk.announcement).not.toContain('Sent away');
  }
  expect(desk.recent.filter(({ name }) => name === 'Soo O').map(({ verb }) => verb)).toEqual(['refuse', 'arrive']);
  await tap('soo');
  if (desk.result !== null) await desk.anyway(desk.result);
  await goOn();
  expect(ofSoo()).toEqual([ATE, AGAIN, ATE]);
});

test('whoever is read twice within a minute came once, and who is picked in a list did not come', async () => {
  await afterLunch(59);
  expect(await tap('soo')).toBe('Already in');
  desk.clear();
  vi.setSystemTime(Date.now() + 60_000);
  await desk.pick('person:soo');
  expect(desk.result?.kind).toBe('already');
  desk.clear();
  await tap('bo');
  expect(ofSoo()).toEqual([ATE]);
});

test('who went out already is not refused', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T11:05:00.000Z') });
  await standAt(LOUNGE);
  await tap('bo');
  desk.direction = 'leave';
  await tap('bo');
  vi.setSystemTime(Date.now() + 60_000);
  expect(await tap('bo')).toBe('Already out');
  desk.clear();
  await tap('soo');
  expect(payloads().map((each) => (each as string[])[0])).toEqual(['checkin.arrive', 'checkin.leave', 'checkin.leave']);
});

test('a place is chosen, shown, moved and given back', async () => {
  await standAt(BUNKS);
  expect(await tap('soo')).toBe('Which place?');
  if (desk.result?.kind === 'choose') await desk.take(desk.result, 'A-1');
  expect([desk.result?.kind, attendance.here.get('person:soo')?.slot]).toEqual(['in', 'A-1']);
  expect(await tap('soo')).toBe('Already in');
  if (desk.result !== null) await desk.anyway(desk.result);
  if (desk.result?.kind === 'choose') await desk.take(desk.result, 'A-2');
  expect(attendance.here.get('person:soo')?.slot).toBe('A-2');
  desk.direction = 'leave';
  await desk.pick('person:soo');
  expect(desk.recent.map(({ verb, slot }) => [verb, slot])).toEqual([['leave', 'A-2'], ['arrive', 'A-2'], ['arrive', 'A-1']]);
  expect(attendance.headcount.present).toBe(0);
});

test('a place that somebody has is given twice only when a person says so again', async () => {
  const since = '2026-11-22T10:42:00.000Z';
  const body = { checkpoint: 'bunks', window: '', person: 'bo', state: 'present', since, by: 'Ana', operation: 'x', duplicates: 0, slot: 'A-1' };
  await standAt(BUNKS, { kind: 'presence', key: 'bunks//bo', seq: 1, body });
  await tap('soo');
  if (desk.result?.kind === 'choose') await desk.take(desk.result, 'A-1');
  expect(desk.result).toMatchObject({ kind: 'taken', slot: 'A-1', holder: 'Bo Ek', since });
  expect(outbox.rows.length).toBe(0);
  if (desk.result !== null) await desk.anyway(desk.result);
  expect(desk.result?.kind).toBe('choose');
  if (desk.result?.kind === 'choose') await desk.take(desk.result, 'A-1');
  if (desk.result?.kind === 'taken') await desk.take(desk.result, 'A-1');
  expect(payloads()).toEqual([['checkin.arrive', { checkpoint: 'bunks', person: 'soo', method: 'search', slot: 'A-1' }]]);
});

test('who is not on the list is registered where there are places, and then gets one', async () => {
  await standAt(BUNKS);
  desk.welcome('Ada Walker', null);
  const form = desk.form;
  if (form !== null) await desk.register(form);
  const { result } = desk;
  expect([result?.kind, result?.name]).toEqual(['choose', 'Ada Walker']);
  if (result?.kind !== 'choose') return;
  await desk.take(result, 'A-2');
  expect(desk.result?.kind).toBe('in');
  const person = outbox.rows[0]?.operation.payload.person;
  expect(payloads()).toEqual([
    ['checkin.register', { person, name: 'Ada Walker', delegation: '', role: '' }],
    ['checkin.arrive', { checkpoint: 'bunks', person, method: 'search', slot: 'A-2' }],
  ]);
});
