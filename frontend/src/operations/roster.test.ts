import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox, type Settled } from '../db/outbox';
import { Records, type Row } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { searchKey } from '../rules/search';
import { newcomer, registration } from './checkin';
import { OutboxView } from './outbox.svelte';
import type { Cursors } from './overlay';
import { Roster } from './roster.svelte';

const BAND = { code: 'ACDEF-GHJKM-NPQRT', digest: 'A'.repeat(22) };
const EVERYBODY = 10;

let bulletin: Bulletin;
let stored: Outbox;
let outbox: OutboxView;
let records: Records;
let roster: Roster;
let cursors: Cursors;

function person(id: string, name: string, more: object = {}): Row {
  return { kind: 'person', key: id, seq: 1, body: { id, name, search: searchKey(name), delegation: 'Norway', role: 'athlete', credentials: [], ...more } };
}

async function pulled(seq: number, ...rows: Row[]): Promise<void> {
  const cursor = { stream: 'roster:e', seq, epoch: 'e', count: null, pulledAt: 0 };
  await records.replace(cursor, rows);
  cursors = new Map([['roster:e', cursor]]);
  await roster.load('roster:e', 'all');
}

async function settle(id: string, verdict: Settled['verdict'], at: number): Promise<void> {
  const settled: Settled = { verdict, flags: [], code: null, message: null, at: { 'roster:e': at }, server_time: '2026-11-22T11:00:00.000Z' };
  await stored.beginEpoch('e');
  await stored.settle(new Map([[id, settled]]), await stored.era());
  await outbox.load('all');
}

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  bulletin = new Bulletin('test');
  stored = new Outbox();
  outbox = new OutboxView(stored, bulletin, () => undefined);
  records = new Records();
  roster = new Roster(records, outbox, () => cursors);
  await pulled(5, person('maria', 'Maria Silva'));
});

afterEach(() => bulletin.close());

async function register(name: string, band: typeof BAND | null = BAND): Promise<{ person: string; operation: string }> {
  const who = newcomer({ name, delegation: 'Finland', role: 'coach', band });
  const row = await outbox.enqueue(registration(who));
  return { person: who.person, operation: row.id };
}

test('whom this phone registered is found at once, by name, delegation and wristband, before anybody else', async () => {
  const { person: id } = await register('Mario Walker');
  expect(roster.search('mari', EVERYBODY).map(({ name }) => name)).toEqual(['Mario Walker', 'Maria Silva']);
  expect(roster.search('finland', EVERYBODY)).toHaveLength(1);
  expect(roster.byDigest(BAND.digest)?.id).toBe(id);
  expect(roster.resolve({ kind: 'credential', digest: BAND.digest })).toEqual({ kind: 'person', id });
  expect([roster.nameOf({ kind: 'person', id }), roster.size]).toEqual(['Mario Walker', 2]);
});

test('people are found by what they are called, which is no other name', async () => {
  await pulled(5, person('maria', 'Maria Silva', { given: 'Mía' }), person('ha', 'Mỹ Hà', { given: 'Hà' }));
  const found = (query: string): string[] => roster.search(query, EVERYBODY).map(({ id }) => id);
  expect([found('mia'), found('silva mia'), found('my h'), found('ha')]).toEqual([['maria'], ['maria'], ['ha'], ['ha']]);
});

test('a wristband of the roster stays its owner’s', async () => {
  await pulled(5, person('maria', 'Maria Silva', { credentials: [BAND.digest] }));
  await register('Mario Walker');
  expect(roster.byDigest(BAND.digest)?.id).toBe('maria');
});

test('once it is pulled, what was pulled counts, also when somebody corrected or merged it', async () => {
  const { person: id, operation } = await register('Mario Walker');
  await settle(operation, 'accepted', 6);
  expect(roster.search('mario', EVERYBODY)).toHaveLength(1);
  await pulled(6, person('maria', 'Maria Silva', { also: [id], credentials: [BAND.digest] }));
  expect(roster.search('mario', EVERYBODY)).toEqual([]);
  expect(roster.resolve({ kind: 'person', id })).toEqual({ kind: 'person', id: 'maria' });
  expect(roster.nameOf({ kind: 'person', id })).toBe('Maria Silva');
  await pulled(7, person('maria', 'Maria Silva'), person(id, 'Mario Walker Jr'));
  expect(roster.search('mario', EVERYBODY).map(({ name }) => name)).toEqual(['Mario Walker Jr']);
});

test('who was kept aside by the server is not on the list', async () => {
  const { operation } = await register('Mario Walker');
  await settle(operation, 'quarantined', 6);
  expect(roster.search('mario', EVERYBODY)).toEqual([]);
});

test('what there is already is offered to choose from', async () => {
  await pulled(5, person('a', 'A', { role: '' }), person('b', 'B'), person('c', 'C', { delegation: 'Finland' }));
  expect(roster.kinds).toEqual({ delegations: ['Finland', 'Norway'], roles: ['athlete'] });
});
