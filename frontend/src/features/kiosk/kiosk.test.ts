import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint, Person } from '../../contract/protocol';
import { Outbox } from '../../db/outbox';
import { Records, type Row } from '../../db/records';
import { Attendance } from '../../operations/attendance.svelte';
import { Holds } from '../../operations/holds.svelte';
import { OutboxView } from '../../operations/outbox.svelte';
import { Roster } from '../../operations/roster.svelte';
import { Bulletin } from '../../platform/bulletin';
import { credentialDigest } from '../../rules/codes';
import { SIGNALS, type Signal } from '../../ui/signals';
import { Kiosk } from './kiosk.svelte';

const DOOR: Checkpoint = { id: 'door', name: 'Door', policy: 'once', tz: 'UTC' };
const PEOPLE: Readonly<Record<string, Partial<Person> & { readonly hold?: boolean; readonly family?: string }>> = {
  tommy: {},
  held: { hold: true },
  cancelled: { flags: ['cancelled'] },
  unpaid: { flags: ['unpaid'] },
  child: { flags: ['guarded'] },
  coach: { role: 'coach' },
  mother: { family: 'B-1' },
  son: { family: 'B-1', credentials: [] },
  aunt: { family: 'B-2' },
  uncle: { family: 'B-2' },
};

let records: Records;
let stored: Outbox;
let bulletin: Bulletin;
let outbox: OutboxView;
let attendance: Attendance;
let heard: Signal[];
let kiosk: Kiosk;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  [records, stored, bulletin, heard] = [new Records(), new Outbox(), new Bulletin('test'), []];
  outbox = new OutboxView(stored, bulletin, () => undefined);
  const roster: Roster = new Roster(records, outbox, () => attendance.cursors);
  attendance = new Attendance(records, outbox, roster);
  await records.replace(position('kiosk:e'), await Promise.all(Object.keys(PEOPLE).map(person)));
  await roster.load('kiosk:e', 'all');
  const holds = new Holds(outbox, attendance, roster);
  kiosk = new Kiosk({ event: 'e', roster, attendance, holds, outbox, signal: (given) => heard.push(given) });
  await standAt(DOOR);
});

afterEach(() => {
  bulletin.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function position(stream: string): { seq: number; epoch: string; count: null; pulledAt: number; stream: string } {
  return { seq: 5, epoch: 'e', count: null, pulledAt: 0, stream };
}

async function person(key: string): Promise<Row> {
  const name = key === 'tommy' ? 'Tommy' : key;
  const body = { id: key, name, delegation: '', role: '', credentials: [await credentialDigest('e', key)], ...PEOPLE[key] };
  return { kind: 'person', key, seq: 1, body };
}

async function standAt(checkpoint: Checkpoint): Promise<void> {
  await records.replace(position('attendance:w'), [{ kind: 'checkpoint', key: checkpoint.id, seq: 1, body: checkpoint }]);
  await attendance.load('attendance:w', 'all');
  await attendance.loadCursors();
  attendance.choose(checkpoint.id);
}

async function shown(code: string): Promise<unknown> {
  await kiosk.read(code);
  return kiosk.answer;
}

function recorded(): unknown[] {
  return outbox.rows.map(({ operation: { kind, payload } }) => {
    const { checkpoint: _, credential: __, ...said } = payload;
    return [kind, said];
  });
}

test('who may come in is greeted by the name that the kiosk was told, once', async () => {
  expect([await shown('tommy'), await shown('tommy')]).toEqual([{ kind: 'in', name: 'Tommy' }, { kind: 'already', name: '' }]);
  expect(recorded()).toEqual([['checkin.arrive', { method: 'scan' }]]);
  expect(outbox.rows[0]?.operation.payload['credential']).toBe(await credentialDigest('e', 'tommy'));
  expect(heard).toEqual([SIGNALS.in, SIGNALS.already]);
});

const LOUNGE: Checkpoint = { ...DOOR, admits: { roles: ['coach'] } };
const OVER: Checkpoint = { ...DOOR, policy: 'per_window', windows: [{ id: 'lunch', start: '2020-01-01T11:00:00Z', end: '2020-01-01T12:00:00Z' }] };

test.each([
  ['nobody', DOOR, { reason: 'unknown_person' }],
  ['held', DOOR, { reason: 'on_hold' }],
  ['cancelled', DOOR, { reason: 'cancelled' }],
  ['unpaid', DOOR, { reason: 'unpaid' }],
  ['tommy', LOUNGE, { reason: 'not_admitted' }],
  ['tommy', OVER, { reason: 'other', note: 'outside the time slots' }],
  ['tommy', { ...DOOR, slots: ['A-1'] }, { reason: 'other', note: 'a place has to be chosen' }],
  ['child', { ...DOOR, guarded: true }, { reason: 'other', note: 'leaves with a guardian only' }],
  ['mother', DOOR, { reason: 'other', note: 'the code of a whole family' }],
] as const)('a volunteer sees %s at %o, and the screen does not say why', async (code, checkpoint, said) => {
  await standAt(checkpoint as Checkpoint);
  expect(await shown(code)).toEqual({ kind: 'hold', name: '' });
  expect([recorded(), heard]).toEqual([[['checkin.refuse', said]], [SIGNALS.hold]]);
});

test.each([
  ['coach', LOUNGE],
  ['child', DOOR],
  ['tommy', { ...DOOR, guarded: true }],
  ['aunt', DOOR],
] as const)('%s needs no volunteer at %o', async (code, checkpoint) => {
  await standAt(checkpoint as Checkpoint);
  expect(await shown(code)).toEqual({ kind: 'in', name: code === 'tommy' ? 'Tommy' : code });
});

test('a code that is tried again and again is one refusal in ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  for (const later of [0, 1_000, 599_999]) {
    vi.setSystemTime(1_000_000 + later);
    await shown('held');
  }
  expect([recorded().length, heard.length]).toEqual([1, 3]);
  vi.setSystemTime(1_600_000);
  await shown('held');
  expect(recorded().length).toBe(2);
});

test('who comes again after a minute is one refusal in ten, and is told the same', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  for (const later of [0, 59_999, 60_000, 120_000]) {
    vi.setSystemTime(1_000_000 + later);
    await shown('tommy');
  }
  expect(recorded()).toEqual([['checkin.arrive', { method: 'scan' }], ['checkin.refuse', { reason: 'already_here' }]]);
  expect(heard).toEqual([SIGNALS.in, SIGNALS.already, SIGNALS.already, SIGNALS.already]);
});

test('codes that come one upon the other are all answered, the last one last', async () => {
  const reading = ['tommy', 'tommy', 'coach', 'nobody', 'aunt'].map((code) => kiosk.read(code));
  await Promise.all(reading);
  expect([kiosk.answer, heard.length]).toEqual([{ kind: 'in', name: 'aunt' }, 5]);
  expect(outbox.rows.map(({ operation: { kind } }) => kind)).toEqual(['arrive', 'arrive', 'refuse', 'arrive'].map((verb) => `checkin.${verb}`));
  kiosk.done();
  expect(kiosk.answer).toBeNull();
});

test('without a list nobody comes in and nothing is recorded', async () => {
  await records.erase('kiosk:e');
  await attendance.loadCursors();
  expect([kiosk.open, await shown('tommy'), recorded()]).toEqual([false, { kind: 'hold', name: '' }, []]);
});

test('what cannot be stored is no welcome, and the next code is tried anew', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const full = vi.spyOn(stored, 'appendAll').mockRejectedValueOnce(new DOMException('full', 'QuotaExceededError'));
  expect([await shown('tommy'), kiosk.trouble === null, recorded()]).toEqual([{ kind: 'hold', name: '' }, false, []]);
  full.mockRestore();
  expect([await shown('tommy'), kiosk.trouble]).toEqual([{ kind: 'in', name: 'Tommy' }, null]);
});
