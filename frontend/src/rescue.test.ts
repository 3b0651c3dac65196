// /rescue (static/rescue/) is written by hand, without the app's code. It must leave the outbox as the app would.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Enrolment } from './contract/protocol';
import { Outbox, type Draft, type OutboxRow } from './db/outbox';
import { Records } from './db/records';
import { Bulletin } from './platform/bulletin';
import * as fake from './sync/fake-server';
import { accepting, EPOCH, FakeServer, json, NOW, OTHER_EPOCH, refusal } from './sync/fake-server';
import { Push } from './sync/push';

interface Stopped {
  readonly kind: 'offline' | 'refused';
  readonly why: string;
  readonly code?: string;
}

interface Held {
  readonly rows: readonly OutboxRow[];
  readonly device: string;
  readonly session: Enrolment;
}

interface Rescue {
  openOutbox(): Promise<IDBDatabase | null>;
  readOutbox(database: IDBDatabase): Promise<Held>;
  copyOf(held: Held, now: Date): { name: string; text: string };
  sendAll(database: IDBDatabase): Promise<Stopped | null>;
}

// A variable, for these files are no part of what is type-checked and built.
const folder = fileURLToPath(new URL('../../static/rescue', import.meta.url));
const [outboxModule, exchangeModule] = await Promise.all([import(`${folder}/outbox.js`), import(`${folder}/exchange.js`)]);
const rescue = { ...outboxModule, ...exchangeModule } as Rescue;

// What the page says, also of why it could not go on.
const WORDS = (JSON.parse(readFileSync(fileURLToPath(new URL('../../eventsync/catalogues/en.json', import.meta.url)), 'utf8')) as { rescue: object }).rescue;

const SESSION: Enrolment = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: ['checkin.arrive'],
};
const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };

let bulletin: Bulletin;

beforeEach(() => {
  bulletin = new Bulletin();
});

afterEach(() => {
  bulletin.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

type Contents = readonly { readonly store: string; readonly keys: readonly IDBValidKey[]; readonly values: readonly unknown[] }[];

async function dump(): Promise<Contents> {
  const database = await openDB('eventsync-outbox');
  const stores = await Promise.all(
    ['operations', 'meta'].map(async (store) => ({ store, keys: await database.getAllKeys(store), values: await database.getAll(store) })),
  );
  database.close();
  return stores;
}

/** Another phone with the same contents. */
async function clone(contents: Contents): Promise<void> {
  globalThis.indexedDB = new IDBFactory();
  const outbox = new Outbox();
  await outbox.read('seq');
  await outbox.close();
  const database = await openDB('eventsync-outbox');
  for (const { store, keys, values } of contents) {
    for (const [at, value] of values.entries()) await database.put(store, value, store === 'meta' ? keys[at] : undefined);
  }
  database.close();
}

/** A phone with six operations, the first of them settled, the last carried for another phone. */
async function prepared(): Promise<Contents> {
  globalThis.indexedDB = new IDBFactory();
  const outbox = new Outbox();
  await outbox.device();
  await outbox.beginEpoch(EPOCH);
  await outbox.remember('session', SESSION);
  const rows = [];
  for (let at = 0; at < 5; at++) rows.push(await outbox.append(ARRIVE));
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: { s: 1 }, server_time: NOW } as const;
  await outbox.settle(new Map([[rows[0]!.id, settled]]), await outbox.era());
  await outbox.carry([{ ...rows[1]!.operation, id: '0190b0a2-0000-7000-8000-00000000000c', device: '0190b0a2-0000-7000-8000-00000000000b' }]);
  await outbox.close();
  return dump();
}

async function byApp(contents: Contents, server: FakeServer): Promise<Contents> {
  await clone(contents);
  const outbox = new Outbox();
  const records = new Records();
  const vitals = () => Promise.resolve({ persisted: null, battery: null });
  const push = new Push({ server: server.server, outbox, records, vitals, bulletin, report: () => undefined, isVisible: () => false });
  await push.round();
  await records.close();
  await outbox.close();
  // Of the clock, which the app learns on the way, /rescue knows nothing.
  return (await dump()).map((store) => {
    const kept = store.keys.map((key, at) => [key, store.values[at]] as const).filter(([key]) => key !== 'offset' && key !== 'clock');
    return { ...store, keys: kept.map(([key]) => key), values: kept.map(([, value]) => value) };
  });
}

async function byRescue(contents: Contents, server: FakeServer): Promise<[Contents, Stopped | null]> {
  await clone(contents);
  vi.stubGlobal('fetch', server.fetch);
  const database = await rescue.openOutbox();
  if (database === null) throw new Error('the database is there');
  const stopped = await rescue.sendAll(database);
  database.close();
  return [await dump(), stopped];
}

const mixed: fake.Script = ({ operations }) => {
  const verdicts = [
    { verdict: 'flagged', flags: ['second_admission', 7], at: { s: 3, t: 'x' } },
    { verdict: 'refused', code: 'late', message: 'Too late.' },
    { verdict: 'quarantined', code: 'unknown_kind', message: 'What is this?', at: {} },
    { verdict: 'retry' },
    { verdict: 'a verdict of the future' },
  ];
  return json({ server_time: NOW, results: operations.map(({ id }, at) => ({ id, ...verdicts[at] })) });
};
const choking: fake.Script = (request) =>
  request.operations.some(({ seq }) => seq === 3) ? refusal(400, 'malformed') : accepting(request);
const restored: fake.Script = ({ operations }) =>
  json({ server_time: NOW, results: operations.map(({ id }) => ({ id, verdict: 'accepted', at: {} })) }, OTHER_EPOCH);
// Its first answer began before the restore that the app, in another tab, hears of meanwhile; the epoch stays the same.
const putBackMeanwhile: fake.Script = async (request) => {
  const app = new Outbox();
  if ((await app.era()).beginnings === 1) await app.sendAllAgain();
  await app.close();
  return accepting(request);
};

test.each<[string, fake.Script, string | null]>([
  ['accepts everything', accepting, null],
  ['gives every verdict', mixed, null],
  ['cannot read one operation', choking, null],
  ['was restored', restored, null],
  ['was restored meanwhile', putBackMeanwhile, null],
  ['is a captive portal', fake.portal, 'offline'],
  ['is not there', fake.networkError, 'offline'],
  ['speaks of something else', () => json({ server_time: NOW, results: [{ id: 'other', verdict: 'accepted' }] }), 'offline'],
  ['has no clock', ({ operations }) => json({ results: operations.map(({ id }) => ({ id, verdict: 'accepted' })) }), 'offline'],
  ['is busy', () => refusal(503, 'unavailable'), 'offline'],
  ['has another opinion of malformed', () => refusal(500, 'malformed'), 'offline'],
  ['does not know the phone', () => refusal(401, 'unauthenticated'), 'refused'],
])('with a server that %s the outbox ends as the app would leave it', async (_, script, kind) => {
  const contents = await prepared();
  const [app, page] = [new FakeServer(script), new FakeServer(script)];
  const left = await byApp(contents, app);
  const [rescued, stopped] = await byRescue(contents, page);
  expect(rescued).toEqual(left);
  expect(stopped?.kind ?? null).toBe(kind);
  if (stopped !== null) expect(WORDS).toHaveProperty(`why_${stopped.why}`);
  const asked = ({ path, authorization, operations, pending }: fake.Request) => ({ path, authorization, operations, pending });
  // The page asks with nothing, too, whether the server is there at all.
  const filled = ({ requests }: FakeServer) => requests.filter(({ operations }) => operations.length > 0);
  expect(filled(page).map(asked)).toEqual(filled(app).map(asked));
});

test.each<[string, fake.Script]>([
  ['a bug', () => refusal(500, 'internal')],
  ["a proxy's page", fake.portal],
  ['a line that is cut', fake.networkError],
])('where %s meets some operations for ever, all others arrive, and it says why those stay', async (_, failing) => {
  await clone(await prepared());
  const outbox = new Outbox();
  const stuck = new Set<string>();
  for (let at = 0; at < 20; at++) {
    const { id } = await outbox.append(ARRIVE);
    if ([0, 1, 2, 9, 19].includes(at)) stuck.add(id);
  }
  await outbox.close();
  const server = new FakeServer((request) => (request.operations.some(({ id }) => stuck.has(id)) ? failing(request) : accepting(request)));
  const [contents, stopped] = await byRescue(await dump(), server);
  const rows = contents[0]!.values as OutboxRow[];
  const left = rows.filter(({ settled }) => settled === null);
  expect(new Set(left.map(({ id }) => id))).toEqual(stuck);
  expect(left.every(({ stuck }) => stuck === null)).toBe(true);
  expect(stopped?.kind).toBe('offline');
});

test('a server that is down is asked twice: with what waits, and with nothing', async () => {
  const server = new FakeServer(() => refusal(500, 'internal'));
  await byRescue(await prepared(), server);
  expect(server.requests.map(({ operations }) => operations.length)).toEqual([5, 0]);
});

test('what was set aside is sent again, for a person asked for it', async () => {
  const contents = await prepared();
  await clone(contents);
  const outbox = new Outbox();
  const [first] = await outbox.queuedAfter(0, 1);
  await outbox.setAside(first!.id, 'unreadable');
  await outbox.close();
  const server = new FakeServer(accepting);
  const [, stopped] = await byRescue(await dump(), server);
  expect([stopped, server.requests[0]?.operations.length]).toEqual([null, 5]);
});

test('many operations go in batches of a hundred', async () => {
  await clone(await prepared());
  const outbox = new Outbox();
  for (let at = 0; at < 205; at++) await outbox.append(ARRIVE);
  await outbox.close();
  const server = new FakeServer(accepting);
  await byRescue(await dump(), server);
  expect(server.requests.map(({ operations, pending }) => [operations.length, pending])).toEqual([[100, 110], [100, 10], [10, 0]]); // prettier-ignore
});

test('where nothing was ever recorded it says so and leaves no database behind', async () => {
  globalThis.indexedDB = new IDBFactory();
  expect(await rescue.openOutbox()).toBeNull();
  expect(await indexedDB.databases()).toEqual([]);
});

test('a copy made here is the copy that the app makes', async () => {
  const { writeOutboxFile } = await import('./operations/outboxfile');
  await clone(await prepared());
  const database = await rescue.openOutbox();
  const held = await rescue.readOutbox(database!);
  database!.close();
  const outbox = new Outbox();
  const [device, rows, now] = [await outbox.device(), await outbox.all(), new Date(NOW)];
  expect(rescue.copyOf(held, now)).toEqual(writeOutboxFile({ device, event: SESSION.event }, rows, now.getTime()));
});
