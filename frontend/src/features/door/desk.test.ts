import { IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { holding } from '../../operations/checkin';
import { credentialDigest } from '../../rules/codes';
import { SIGNALS } from '../../ui/signals';
import type { Desk } from './desk.svelte';
import { checkpoint, EVENT, fakeDesk, person, type FakeDesk } from './fake-desk';

const CODE = 'ACDEF-GHJKM-NPQRT';
const UNKNOWN_CODE = 'VWXY3-4679A-CDEFG';
const DOOR: Checkpoint = { id: 'door', name: 'Door', policy: 'once', tz: 'UTC' };
const BREAKFAST: Checkpoint = { id: 'breakfast', name: 'Breakfast', policy: 'daily', tz: 'Europe/Oslo' };
const LUNCH: Checkpoint = {
  id: 'lunch',
  name: 'Lunch',
  policy: 'per_window',
  tz: 'UTC',
  windows: [
    { id: 'first', start: '2026-11-22T11:00:00.000Z', end: '2026-11-22T12:00:00.000Z' },
    { id: 'second', start: '2026-11-22T12:00:00.000Z', end: '2026-11-22T13:00:00.000Z' },
  ],
};
const BUS: Checkpoint = { id: 'bus', name: 'Bus', policy: 'in_out', tz: 'UTC' };

let made: FakeDesk;
let desk: Desk;
let { outbox, attendance, roster, holds, signals, tap } = {} as FakeDesk;

function presence(id: string, checkpoint: string): Row {
  const body = { checkpoint, window: '', person: id, state: 'present', since: '2026-11-22T10:42:00.000Z', by: 'Ana', operation: 'x', duplicates: 0 };
  return { kind: 'presence', key: `${checkpoint}//${id}`, seq: 1, body };
}

beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  const people = [person('maria', 'Maria Silva', [await credentialDigest(EVENT, CODE)]), person('soo', 'Soo O'), person('bo', 'Bo Ek')];
  const count = { checkpoint: 'door', window: '', present: 1, unidentified: 0 };
  const here = [...[DOOR, BUS, BREAKFAST, LUNCH].map(checkpoint), presence('bo', 'door'), { kind: 'headcount', key: 'door/', seq: 1, body: count }];
  made = await fakeDesk(people, here);
  ({ desk, outbox, attendance, roster, holds, signals, tap } = made);
  attendance.choose('door');
});

afterEach(() => {
  made.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('a tap lets in, counts at once, and records one absolute operation', async () => {
  expect(attendance.headcount).toEqual({ present: 1, unidentified: 0 });
  expect(await tap('soo')).toBe('In');
  expect(attendance.headcount).toEqual({ present: 2, unidentified: 0 });
  expect(outbox.rows.map(({ operation }) => [operation.kind, operation.payload])).toEqual([
    ['checkin.arrive', { checkpoint: 'door', person: 'soo', method: 'search' }],
  ]);
  expect(desk.announcement).toBe('In. Soo O, Norway.');
});

test('somebody who is in already is said to be, with the first one’s name, and nothing is recorded', async () => {
  expect(await tap('bo')).toBe('Already in');
  expect(desk.result).toMatchObject({ presence: { by: 'Ana', since: '2026-11-22T10:42:00.000Z' } });
  expect(outbox.rows).toEqual([]);
});

test('what is carried for another phone counts, and is no tap of this one', async () => {
  await tap('soo');
  const [own] = outbox.rows;
  const stored = new Outbox();
  const device = '0190b0a2-0000-7000-8000-00000000000b';
  await stored.carry([{ ...own!.operation, id: 'carried', device, payload: { checkpoint: 'door', person: 'maria' } }]);
  await outbox.load('all');
  expect([attendance.headcount.present, desk.recent.map(({ name }) => name)]).toEqual([3, ['Soo O']]);
  expect(await tap('maria')).toBe('Already in');
});

test('letting in again anyway is recorded and counts nobody twice', async () => {
  await tap('bo');
  if (desk.result?.kind === 'already') await desk.anyway(desk.result);
  expect([desk.result?.kind, outbox.pending, attendance.headcount.present]).toEqual(['in', 1, 1]);
});

test('a code is found however it is typed, and recorded as the code that was seen', async () => {
  expect(await desk.submit('acdef ghjkm npqrt')).toBe(true);
  expect(desk.result).toMatchObject({ kind: 'in', name: 'Maria Silva' });
  expect(outbox.rows[0]?.operation.payload).toEqual({
    checkpoint: 'door',
    credential: await credentialDigest(EVENT, CODE),
    method: 'typed',
  });
  expect(await tap('maria')).toBe('Already in');
});

test('a code of nobody is not recorded until a person says so; then it counts as unidentified', async () => {
  await desk.submit(UNKNOWN_CODE);
  expect([desk.result?.kind, outbox.pending]).toEqual(['unlisted', 0]);
  if (desk.result !== null) await desk.anyway(desk.result);
  expect([desk.result?.kind, outbox.pending]).toEqual(['in', 1]);
  expect(attendance.headcount).toEqual({ present: 1, unidentified: 1 });
});

test('a space that a reader adds makes no name of a code', async () => {
  const ticket = await credentialDigest(EVENT, 'ticket/17');
  const records = new Records();
  const change = { ...person('soo', 'Soo O', [ticket]), seq: 6, deleted: false };
  const cursor = { stream: 'roster:e', seq: 6, epoch: 'e', count: null, pulledAt: 0 };
  await roster.load('roster:e', (await records.apply(5, cursor, [change]))?.touched ?? []);
  await desk.look(' ticket/17 ');
  expect(desk.found.map(({ name }) => name)).toEqual(['Soo O']);
  expect(await desk.submit(' ticket/17 ')).toBe(true);
  expect([desk.result?.kind, outbox.rows[0]?.operation.payload['credential']]).toEqual(['in', ticket]);
});

test.each([
  ['midnight', 'breakfast', '2026-11-22T22:59:59.000Z', '2026-11-22T23:00:00.000Z', 0],
  ['the end of a time slot', 'lunch', '2026-11-22T11:59:59.000Z', '2026-11-22T12:00:00.000Z', 0],
  ['midnight by the server’s clock', 'breakfast', '2026-11-22T22:57:59.000Z', '2026-11-22T22:58:00.000Z', 120_000],
])('%s is noticed at the tap', async (_, checkpoint, before, after, offset) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(before) });
  await new Outbox().remember('offset', offset);
  attendance.tick(Date.now(), offset);
  attendance.choose(checkpoint);
  expect([await tap('soo'), await tap('soo'), attendance.headcount.present]).toEqual(['In', 'Already in', 1]);
  vi.setSystemTime(Date.parse(after));
  expect([await tap('soo'), await tap('soo'), attendance.headcount.present]).toEqual(['In', 'Already in', 1]);
  expect(outbox.rows.length).toBe(2);
});

test('letting in again anyway counts in the time slot of that tap', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T11:59:59.000Z') });
  attendance.tick(Date.now());
  attendance.choose('lunch');
  await tap('soo');
  await tap('maria');
  await tap('soo');
  vi.setSystemTime(Date.parse('2026-11-22T12:00:00.000Z'));
  if (desk.result?.kind === 'already') await desk.anyway(desk.result);
  expect([desk.result?.kind, attendance.headcount.present]).toEqual(['in', 1]);
});

test('a name is only looked for by Enter', async () => {
  expect(await desk.submit('Soo O')).toBe(false);
  expect([desk.result, outbox.pending]).toEqual([null, 0]);
});

test('undo takes the person out of the count and refers to what it undoes', async () => {
  await tap('soo');
  const [recent] = desk.recent;
  if (recent !== undefined) await desk.undo(recent.row, recent.name);
  expect(attendance.headcount.present).toBe(1);
  expect(outbox.rows[1]?.operation).toMatchObject({ kind: 'checkin.void', refers_to: recent?.row.id, payload: { checkpoint: 'door' } });
  expect(desk.recent.map(({ name, undone }) => [name, undone])).toEqual([['Soo O', true]]);
  expect(await tap('soo')).toBe('In');
});

test('in and out are what the volunteer says, not the opposite of what is stored', async () => {
  attendance.choose('bus');
  expect(await tap('soo')).toBe('In');
  desk.direction = 'leave';
  expect(await tap('soo')).toBe('Out');
  expect(await tap('soo')).toBe('Already out');
  desk.direction = 'arrive';
  expect(await tap('soo')).toBe('In');
  expect(attendance.headcount.present).toBe(1);
  expect(outbox.rows.map(({ operation }) => operation.kind)).toEqual(['checkin.arrive', 'checkin.leave', 'checkin.arrive']);
});

test('a full phone never shows green', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  expect(await tap('soo')).toBe('Not saved');
  expect([outbox.pending, attendance.headcount.present]).toEqual([0, 1]);
  vi.restoreAllMocks();
  if (desk.result?.kind === 'unsaved') await desk.result.retry();
  expect([desk.result?.kind, outbox.pending]).toEqual(['in', 1]);
});

test('two quick taps on one person are one operation', async () => {
  await desk.look('soo');
  const [soo] = desk.found;
  if (soo !== undefined) await Promise.all([desk.tap(soo), desk.tap(soo)]);
  expect(outbox.rows.length).toBe(1);
});

test('quick taps on two people are two operations', async () => {
  await Promise.all([...roster.search('s', 9)].map((found) => desk.tap(found)));
  expect(outbox.rows.map(({ operation }) => operation.payload['person'])).toEqual(['maria', 'soo']);
});

test('a person who left the roster is no longer found', async () => {
  const records = new Records();
  const change = { seq: 6, kind: 'person', key: 'soo', deleted: true };
  const cursor = { stream: 'roster:e', seq: 6, epoch: 'e', count: null, pulledAt: 0 };
  const applied = await records.apply(5, cursor, [change]);
  await roster.load('roster:e', applied?.touched ?? []);
  await desk.look('soo');
  expect([desk.found, roster.size]).toEqual([[], 2]);
});

test.each([
  ['anyway', 'arrive', { person: 'soo', method: 'search', override: 'on_hold' }],
  ['sendOn', 'refuse', { person: 'soo', reason: 'on_hold' }],
] as const)('a hold shows before anything is recorded, and a person decides: %s', async (choice, verb, payload) => {
  await outbox.enqueue(holding('soo', 'medical'));
  expect(await tap('soo')).toBe('On hold');
  expect(desk.announcement).toBe('On hold. See the medical desk. Soo O, Norway.');
  expect(outbox.rows.length).toBe(1);
  if (desk.result?.kind === 'hold') await desk[choice](desk.result);
  const [, second] = outbox.rows;
  expect([second?.operation.kind, second?.operation.payload]).toEqual([`checkin.${verb}`, { checkpoint: 'door', ...payload }]);
});

test('a hold that was lifted holds nobody up', async () => {
  await outbox.enqueue(holding('soo', 'medical'));
  expect(holds.all.map(({ name }) => name)).toEqual(['Soo O']);
  await outbox.enqueue(holding('soo', ''));
  expect([holds.all, await tap('soo')]).toEqual([[], 'In']);
});

test('somebody who was seen elsewhere is told with where and by whom', async () => {
  attendance.choose('bus');
  const [seen] = attendance.sightings({ kind: 'person', id: 'bo' });
  expect([seen?.checkpoint.name, seen?.presence.by, attendance.sightings({ kind: 'person', id: 'soo' })]).toEqual(['Door', 'Ana', []]);
});

test('each outcome is told to ears and hands once, in a way of its own', async () => {
  await tap('soo');
  await tap('soo');
  await desk.code(UNKNOWN_CODE, 'scan');
  expect(signals).toEqual([SIGNALS.in, SIGNALS.already, SIGNALS.unlisted]);
  for (const part of ['tones', 'beat'] as const) {
    const told = Object.values(SIGNALS).map((signal) => JSON.stringify(signal[part]));
    expect(new Set(told).size).toBe(told.length);
  }
});

test('a code that the camera sees is recorded as scanned', async () => {
  await desk.code(CODE, 'scan');
  expect(outbox.rows[0]?.operation.payload).toMatchObject({ credential: await credentialDigest(EVENT, CODE), method: 'scan' });
});

test('what was not saved stays on the screen when the next code comes', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await tap('soo');
  vi.restoreAllMocks();
  await desk.code(CODE, 'scan');
  expect([desk.result?.kind, desk.result?.name, outbox.rows.length]).toEqual(['unsaved', 'Soo O', 0]);
});

test.each([
  ['a code', CODE, true, 'in'],
  ['one of ours that nobody has', UNKNOWN_CODE, true, 'unlisted'],
  ['anybody’s that nobody has', 'ticket/99', true, 'unlisted'],
  ['a name, typed very fast', 'maria', false, undefined],
])('what comes as fast as a reader types: %s', async (_, text, isCode, kind) => {
  expect([await desk.read(text), desk.result?.kind]).toEqual([isCode, kind]);
  expect(outbox.rows.map(({ operation }) => operation.payload['method'])).toEqual(kind === 'in' ? ['scan'] : []);
});
