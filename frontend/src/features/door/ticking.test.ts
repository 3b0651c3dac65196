import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { holding, movement, type Verb } from '../../operations/checkin';
import { Groups } from '../../operations/groups.svelte';
import { Holds } from '../../operations/holds.svelte';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Bulletin } from '../../platform/bulletin';
import { searchKey } from '../../rules/search';
import { Ticking } from './ticking.svelte';

const GYM: Checkpoint = { id: 'gym', name: 'Gym', policy: 'in_out', tz: 'UTC', admits: { roles: ['athlete'] }, guarded: true };
const BUNKS: Checkpoint = { id: 'bunks', name: 'Bunks', kind: 'bunk', policy: 'in_out', tz: 'UTC', slots: ['A-1', 'A-2'] };

let bulletin: Bulletin;
let outbox: OutboxView;
let attendance: Attendance;
let groups: Groups;
let ticking: Ticking;
let verb: Verb;
let told: string[];

function person(id: string, name: string, also: object = {}): Row {
  const body = { id, name, search: searchKey(name), delegation: 'Côte d’Ivoire', role: 'athlete', credentials: [], ...also };
  return { kind: 'person', key: id, seq: 1, body };
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  bulletin = new Bulletin('test');
  const records = new Records();
  const cursor = { seq: 5, epoch: 'e', count: null, pulledAt: 0 };
  const people = [
    person('ana', 'Ana'),
    person('bo', 'Bo', { delegation: 'cote d’ivoire' }),
    person('cleo', 'Cleo', { flags: ['guarded'] }),
    person('dag', 'Dag', { role: 'guest' }),
    person('eva', 'Eva', { flags: ['cancelled'] }),
    person('finn', 'Finn', { delegation: 'Finland' }),
    person('gus', 'Gus', { delegation: '' }),
  ];
  await records.replace({ ...cursor, stream: 'roster:e' }, people);
  await records.replace({ ...cursor, stream: 'attendance:v' }, [GYM, BUNKS].map((body) => ({ kind: 'checkpoint', key: body.id, seq: 1, body })));
  outbox = new OutboxView(new Outbox(), bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  attendance = new Attendance(records, outbox, roster);
  await roster.load('roster:e', 'all');
  await attendance.load('attendance:v', 'all');
  await attendance.loadCursors();
  attendance.choose('gym');
  groups = new Groups(roster);
  [verb, told] = ['arrive', []];
  const [group] = groups.search('ivo', 3);
  if (group === undefined) throw new Error('no such delegation');
  const known = { roster, attendance, outbox, holds: new Holds(outbox, attendance, roster) };
  const tell = (words: string): void => void told.push(words);
  ticking = new Ticking({ ...known, groups, group, direction: () => verb, tell });
});

afterEach(() => {
  bulletin.close();
  vi.restoreAllMocks();
});

function parts(): Record<string, string[]> {
  const filled = (['open', 'ask', 'done', 'away'] as const).filter((part) => ticking.parts[part].length > 0);
  return Object.fromEntries(filled.map((part) => [part, ticking.parts[part].map((member) => member.person.id)]));
}

function said(): unknown[] {
  return outbox.rows.map(({ operation: { kind, payload } }) => [kind, payload['person'], payload['slot']].filter((part) => part !== undefined));
}

test('a delegation is found by the beginnings of its words, however it is written', () => {
  const found = (query: string): string[] => groups.search(query, 3).map(({ name }) => name);
  expect([found('Ivo côte'), found('fin'), found('ana'), found('')]).toEqual([['Côte d’Ivoire'], ['Finland'], [], []]);
});

test('who is ticked is recorded one by one, under one group; who is not stays to be seen', async () => {
  expect([parts(), attendance.headcount.present]).toEqual([{ open: ['ana', 'bo', 'cleo'], ask: ['dag', 'eva'] }, 0]);
  ticking.tickAll(true);
  ticking.tick('bo', false);
  expect(ticking.chosen).toBe(2);
  await ticking.record();
  expect(said()).toEqual([['checkin.arrive', 'ana'], ['checkin.arrive', 'cleo']]);
  expect(new Set(outbox.rows.map(({ operation }) => operation.payload['group'])).size).toBe(1);
  expect([parts(), attendance.headcount.present, ticking.chosen]).toEqual([{ open: ['bo'], ask: ['dag', 'eva'], done: ['ana', 'cleo'] }, 2, 0]);
  expect([told, ticking.recorded.map(({ name }) => name)]).toEqual([['2 recorded. Not yet: 3.'], ['Cleo', 'Ana']]);
});

test('how many are ticked is told from the first tick on, until they are recorded', async () => {
  const heard = [ticking.spoken];
  const hear = (): unknown => heard.push(ticking.spoken);
  for (const all of [true, false, true]) (ticking.tickAll(all), hear());
  (ticking.tick('bo', false), hear());
  await ticking.record();
  hear();
  (ticking.tickAll(true), hear());
  expect(heard).toEqual(['', '3 of 3 ticked', '0 of 3 ticked', '3 of 3 ticked', '2 of 3 ticked', '', '1 of 1 ticked']);
});

test('two quick taps are one', async () => {
  ticking.tickAll(true);
  await Promise.all([ticking.record(), ticking.record()]);
  expect(outbox.rows.length).toBe(3);
});

test('who is on hold is asked by themselves, and needs no tick where they are in already', async () => {
  await outbox.enqueueAll([holding('ana', 'medical'), holding('bo', 'medical'), movement('arrive', 'gym', { kind: 'person', id: 'bo' }, 'search')]);
  expect(parts()).toEqual({ open: ['cleo'], ask: ['ana', 'dag', 'eva'], done: ['bo'] });
});

test('whoever changed between tick and tap is left out, by name', async () => {
  ticking.tickAll(true);
  await outbox.enqueue(movement('arrive', 'gym', { kind: 'person', id: 'bo' }, 'search'));
  await ticking.record();
  expect([said().length, ticking.leftOut]).toEqual([3, ['Bo']]);
});

test('only who is in leaves; with a guardian only, by themselves', async () => {
  ticking.tickAll(true);
  await ticking.record();
  await outbox.enqueue(movement('leave', 'gym', { kind: 'person', id: 'bo' }, 'search'));
  verb = 'leave';
  expect(parts()).toEqual({ open: ['ana'], ask: ['cleo'], done: ['bo'], away: ['dag', 'eva'] });
  ticking.tickAll(true);
  await ticking.record();
  expect(said().at(-1)).toEqual(['checkin.leave', 'ana']);
});

test('where everybody needs a place nobody is ticked; who leaves gives it back', async () => {
  attendance.choose('bunks');
  expect(parts()).toEqual({ ask: ['ana', 'bo', 'cleo', 'dag', 'eva'] });
  await outbox.enqueue(movement('arrive', 'bunks', { kind: 'person', id: 'ana' }, 'search', { slot: 'A-1' }));
  verb = 'leave';
  ticking.tickAll(true);
  await ticking.record();
  expect(said()).toEqual([['checkin.arrive', 'ana', 'A-1'], ['checkin.leave', 'ana', 'A-1']]);
});

test('undo takes back all of them that nobody has taken back, each by itself', async () => {
  ticking.tickAll(true);
  await ticking.record();
  const [last] = ticking.recorded;
  await outbox.enqueue({ kind: 'checkin.void', refers_to: last?.row.id ?? '', payload: { checkpoint: 'gym' } });
  await Promise.all([ticking.undo(), ticking.undo()]);
  await ticking.undo();
  expect([said().slice(3), told.at(-1)]).toEqual([[['checkin.void'], ['checkin.void'], ['checkin.void']], 'Undone: 2.']);
  expect([parts(), ticking.recorded.map(({ undone }) => undone)]).toEqual([{ open: ['ana', 'bo', 'cleo'], ask: ['dag', 'eva'] }, [true, true, true]]);
});

test('a full phone records nobody, says so, and keeps the ticks', async () => {
  ticking.tickAll(true);
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await ticking.record();
  expect([outbox.rows.length, ticking.chosen, ticking.recorded.length]).toEqual([0, 3, 0]);
  expect(ticking.problem).toContain('This was not recorded.');
  vi.restoreAllMocks();
  await ticking.record();
  expect([outbox.rows.length, ticking.problem]).toEqual([3, null]);
});
