import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { holding } from '../../operations/checkin';
import { Guardians } from '../../operations/guardians.svelte';
import { Holds } from '../../operations/holds.svelte';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Settings } from '../../operations/settings.svelte';
import { Bulletin } from '../../platform/bulletin';
import { releaseHash } from '../../rules/release';
import { searchKey } from '../../rules/search';
import { Desk } from './desk.svelte';
import { Release } from './release.svelte';
import { wordOf } from './results';

const CODE = 'ACDE-FGHJ';
const SALT = 'AAECAwQFBgcICQoLDA0ODw';
const GATE = { id: 'gate', name: 'Gate', policy: 'in_out', tz: 'UTC', guarded: true };
const OTHER = { id: 'other', name: 'Other', policy: 'in_out', tz: 'UTC' };

let bulletin: Bulletin;
let records: Records;
let outbox: OutboxView;
let attendance: Attendance;
let guardians: Guardians;
let isLead: boolean;
let desk: Desk;

function person(id: string, name: string, also: string[] = []): Row {
  const flags = id === 'ada' ? ['guarded'] : [];
  return { kind: 'person', key: id, seq: 1, body: { id, name, search: searchKey(name), delegation: 'Norway', role: '', credentials: [], flags, also } };
}

async function keep(...people: string[]): Promise<void> {
  const hash = await releaseHash(CODE, SALT, 1000);
  const rows = people.map((key) => ({ kind: 'guardian', key, seq: 1, body: { person: key, salt: SALT, iterations: 1000, hash } }));
  await records.replace({ seq: 5, epoch: 'e', count: null, pulledAt: 0, stream: 'guardians:e' }, rows);
  await guardians.load('guardians:e', 'all');
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  bulletin = new Bulletin('test');
  records = new Records();
  const cursor = { seq: 5, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace({ ...cursor, stream: 'roster:e' }, [person('ada', 'Ada Berg', ['ada-2']), person('bo', 'Bo Ek')]);
  const places = [GATE, OTHER].map((body) => ({ kind: 'checkpoint', key: body.id, seq: 1, body }));
  await records.replace({ ...cursor, stream: 'attendance:v' }, places);
  outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  attendance = new Attendance(records, outbox, roster);
  guardians = new Guardians(records, outbox);
  await roster.load('roster:e', 'all');
  await attendance.load('attendance:v', 'all');
  await attendance.loadCursors();
  await keep('ada');
  attendance.choose('gate');
  isLead = true;
  const holds = new Holds(outbox, attendance, roster);
  desk = new Desk({ event: () => 'e', roster, attendance, holds, guardians: () => (isLead ? guardians : null), outbox, settings: new Settings() });
  desk.direction = 'leave';
});

afterEach(() => {
  bulletin.close();
  vi.restoreAllMocks();
});

async function tap(query: string): Promise<string | null> {
  await desk.look(query);
  const [first] = desk.found;
  if (first !== undefined) await desk.tap(first);
  return desk.result && wordOf(desk.result, desk.words);
}

async function asked(query = 'ada'): Promise<Release> {
  expect(await tap(query)).toBe('Guardian only');
  return shown();
}

/** What the result asks with. */
function shown(): Release {
  if (desk.result?.kind !== 'guarded' || desk.result.leaving === null) throw new Error('no code is asked for');
  return new Release(desk.result.leaving);
}

async function say(release: Release, code: string): Promise<void> {
  release.text = code;
  await release.check();
}

function recorded(): unknown[] {
  return outbox.rows.map(({ operation: { kind, payload } }) => [kind, payload.right ?? payload.override ?? null]);
}

test('the right code, however it is typed, lets them go: a try and a leave, stored together', async () => {
  const release = await asked();
  await say(release, ' acde fghj');
  expect(desk.result && wordOf(desk.result, desk.words)).toBe('Out');
  expect(recorded()).toEqual([['checkin.release_try', true], ['checkin.leave', null]]);
  expect(outbox.rows[0]?.operation.payload).toEqual({ person: 'ada', checkpoint: 'gate', right: true });
});

test('wrong ones are kept, counted, and after three it says whom to call; the right one still works', async () => {
  const release = await asked();
  for (const code of ['ACDEFGHK', 'x', '1234']) {
    expect(release.mustCall).toBe(false);
    await say(release, code);
    expect([release.problem, release.text]).toEqual(['This is not the code.', '']);
  }
  expect([release.wrong, release.mustCall]).toEqual([3, true]);
  desk.clear();
  const again = await asked();
  expect(again.wrong).toBe(3);
  await say(again, CODE);
  expect(recorded().map((each) => (each as unknown[])[1])).toEqual([false, false, false, true, null]);
  expect(again.wrong).toBe(0);
});

test('who turns to those coming in asks nobody for a code any more', async () => {
  await asked();
  desk.direction = 'arrive';
  expect([desk.result, await tap('ada')]).toEqual([null, 'In']);
});

test('a phone that lets people out here does so before its door was shown', () => {
  const started = new Desk(desk.tools);
  const before = started.direction;
  attendance.choose('other');
  expect([before, started.direction]).toEqual(['leave', 'arrive']);
});

test('nothing typed is no try', async () => {
  const release = await asked();
  await say(release, '  ');
  expect([outbox.rows.length, release.problem]).toEqual([0, null]);
});

test('two taps while a code is checked are one try', async () => {
  const release = await asked();
  release.text = 'wrong';
  await Promise.all([release.check(), release.check()]);
  expect(recorded()).toEqual([['checkin.release_try', false]]);
});

test('a lead lets go anyway, with a reason', async () => {
  const release = await asked();
  await release.anyway();
  expect([release.problem, outbox.rows.length]).toEqual(['Write a reason first.', 0]);
  release.text = ' Her teacher, whom I know ';
  await release.anyway();
  expect(recorded()).toEqual([['checkin.leave', 'Her teacher, whom I know']]);
  expect(desk.result && wordOf(desk.result, desk.words)).toBe('Out');
});

test('what was wrong with the code is not wrong with the reason, nor the other way round', async () => {
  const release = await asked();
  await say(release, 'wrong');
  release.turn();
  expect([release.deciding, release.problem, release.wrong]).toEqual([true, null, 1]);
  await release.anyway();
  release.turn();
  expect([release.deciding, release.problem]).toEqual([false, null]);
});

test('a phone that has no code says so, and records no try', async () => {
  await keep();
  const release = await asked();
  await say(release, CODE);
  expect([release.problem?.slice(0, 55), outbox.rows.length]).toEqual(['This phone does not have the release code of this perso', 0]);
});

test('the code of a row that was merged is theirs too', async () => {
  await keep('ada-2');
  await say(await asked(), CODE);
  expect(recorded()).toEqual([['checkin.release_try', true], ['checkin.leave', null]]);
});

test('another phone than a lead’s asks for the lead and lets nobody go', async () => {
  isLead = false;
  expect(await tap('ada')).toBe('Guardian only');
  expect(desk.result).toMatchObject({ kind: 'guarded', leaving: null });
  expect(desk.announcement).toBe('Guardian only. Call the lead: this person leaves with a guardian only. Ada Berg, Norway.');
  expect(outbox.rows).toEqual([]);
});

test.each([
  ['somebody without a code', 'gate', 'leave', 'bo', 'Out'],
  ['a checkpoint that is not guarded', 'other', 'leave', 'ada', 'Out'],
  ['somebody who comes in', 'gate', 'arrive', 'ada', 'In'],
] as const)('nothing is asked of %s', async (_, checkpoint, direction, query, word) => {
  attendance.choose(checkpoint);
  desk.direction = direction;
  expect(await tap(query)).toBe(word);
});

test('a hold comes first, and letting out in spite of it still asks for the code', async () => {
  await outbox.enqueue(holding('ada', 'medical'));
  expect(await tap('ada')).toBe('On hold');
  if (desk.result === null) throw new Error('no hold');
  await desk.anyway(desk.result);
  await say(shown(), CODE);
  expect(recorded().slice(1)).toEqual([['checkin.release_try', true], ['checkin.leave', 'on_hold']]);
});

test('a try that is not stored is said, and counts for nothing', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const release = await asked();
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  await say(release, 'wrong');
  expect([release.problem !== 'This is not the code.', release.problem !== null, release.wrong]).toEqual([true, true, 0]);
});
