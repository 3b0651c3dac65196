import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../contract/protocol';
import { Outbox, type OutboxRow } from '../db/outbox';
import { Records, type Row } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import * as fake from './fake-server';
import { EPOCH, FakeServer, json, NOW, OTHER_EPOCH, page, put, refusal, tombstone } from './fake-server';
import { Pull } from './pull';
import type { Report } from './report';

const STREAM = 'roster:e';
const REST = { kind: 'rest', ms: 5_000 };
const FAILED = { kind: 'failed', retryAfterMs: null };

let outbox: Outbox;
let records: Records;
let fakeServer: FakeServer;
let reports: Report[];
let bulletin: Bulletin;
let repushed: number;
let visible: boolean;
let poked: boolean;
let pull: Pull;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
  records = new Records();
  await outbox.beginEpoch(EPOCH);
  await outbox.remember('session', {
    token: 'secret',
    profile: { name: 'door', retain_hours: 72 },
    event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
    operations: [],
  });
  fakeServer = new FakeServer(() => heads(0));
  reports = [];
  bulletin = new Bulletin();
  repushed = 0;
  visible = true;
  poked = false;
  pull = new Pull({
    server: fakeServer.server,
    outbox,
    records,
    bulletin,
    report: (report) => reports.push(report),
    isVisible: () => visible,
    isPoked: () => poked,
    repush: () => repushed++,
  });
});

afterEach(() => {
  bulletin.close();
  vi.useRealTimers();
});

function heads(head: number, extra: { durable?: string; epoch?: string; streams?: string[] } = {}): Response {
  const streams = (extra.streams ?? [STREAM]).map((stream) => ({ stream, head, count: 0, checksum: 0 }));
  return json({ epoch: EPOCH, server_time: NOW, durable: extra.durable ?? null, streams }, extra.epoch);
}

async function keys(): Promise<string[]> {
  const buckets = await records.buckets(STREAM, 'all');
  return buckets.flatMap(({ rows }) => rows.map(({ key }: Row) => key)).sort();
}

async function cursor(): Promise<number | undefined> {
  return (await records.cursors()).find(({ stream }) => stream === STREAM)?.seq;
}

function asked(): string[] {
  return fakeServer.requests.map(({ path }) => path.replace(encodeURIComponent(STREAM), 'S').replace('&limit=10000', ''));
}

/** A phone that holds a, b and c at 3. */
async function pulled(): Promise<void> {
  fakeServer.next(() => heads(3), () => page({ changes: [put(1, 'a'), put(2, 'b'), put(3, 'c')] }));
  await pull.round();
  fakeServer.requests.length = 0;
  reports.length = 0;
}

test('the first pull takes a snapshot', async () => {
  fakeServer.next(() => heads(3), () => page({ head: 9, changes: [put(1, 'a'), put(3, 'b')] }));
  expect(await pull.round()).toEqual(REST);
  expect(asked()).toEqual(['streams', 'streams/S/changes?after=0']);
  expect([await keys(), await cursor()]).toEqual([['a', 'b'], 9]);
});

test('pages of a snapshot keep its base and are swapped in together when complete', async () => {
  await pulled();
  await records.dropCursors();
  fakeServer.next(
    () => heads(9),
    () => page({ head: 8, complete: false, changes: [put(4, 'd'), put(5, 'e')] }),
    async () => {
      expect(await keys()).toEqual(['a', 'b', 'c']);
      return page({ after: 5, head: 9, changes: [put(7, 'f'), tombstone(9, 'd')] });
    },
  );
  expect(await pull.round()).toEqual(REST);
  expect(asked().slice(1)).toEqual(['streams/S/changes?after=0', 'streams/S/changes?after=5&base=8']);
  expect([await keys(), await cursor()]).toEqual([['e', 'f'], 9]);
});

test('a snapshot that breaks off changes nothing', async () => {
  await pulled();
  await records.dropCursors();
  const first: fake.Script = () => page({ head: 8, complete: false, changes: [put(4, 'd')] });
  fakeServer.next(() => heads(9), first, fake.networkError);
  expect(await pull.round()).toEqual(FAILED);
  expect(await keys()).toEqual(['a', 'b', 'c']);
});

test('news are applied page by page, with tombstones', async () => {
  await pulled();
  fakeServer.next(
    () => heads(9),
    () => page({ after: 3, head: 9, complete: false, changes: [tombstone(4, 'a'), put(5, 'd')] }),
    () => page({ after: 5, head: 9, changes: [put(6, 'e')] }),
  );
  expect(await pull.round()).toEqual(REST);
  expect(asked()).toEqual(['streams', 'streams/S/changes?after=3', 'streams/S/changes?after=5']);
  expect([await keys(), await cursor()]).toEqual([['b', 'c', 'd', 'e'], 9]);
});

test('nothing new asks for nothing', async () => {
  await pulled();
  fakeServer.next(() => heads(3));
  await pull.round();
  expect(asked()).toEqual(['streams']);
});

test.each([
  ['begins elsewhere', () => page({ after: 2, changes: [put(4, 'd')] })],
  ['is of another stream', () => page({ stream: 'roster:x', after: 3, changes: [put(4, 'd')] })],
  ['repeats what is known', () => page({ after: 3, changes: [put(2, 'd')] })],
  ['goes backwards', () => page({ after: 3, changes: [put(5, 'd'), put(4, 'e')] })],
  ['is cut in the middle of a line', () => page({ after: 3, changes: [put(4, 'd'), put(5, 'e')] }, 9)],
  ['has no header', () => new Response('', { headers: { 'X-EventSync-Epoch': EPOCH } })],
  ['brings nothing and is not the last', () => page({ after: 3, head: 9, complete: false })],
  ['is a web page', fake.portal],
])('a page that %s is dropped', async (_, script) => {
  await pulled();
  fakeServer.next(() => heads(9), script);
  expect(await pull.round()).toEqual(FAILED);
  expect(reports.map(({ kind }) => kind)).toEqual(['offline']);
  expect([await keys(), await cursor()]).toEqual([['a', 'b', 'c'], 3]);
});

test('410 pulls that stream again from 0', async () => {
  await pulled();
  fakeServer.next(() => heads(9), () => refusal(410, 'cursor_expired'), () => page({ changes: [put(8, 'z')] }));
  expect(await pull.round()).toEqual(REST);
  expect(asked()).toEqual(['streams', 'streams/S/changes?after=3', 'streams/S/changes?after=0']);
  expect([await keys(), repushed]).toEqual([['z'], 0]);
});

test('410 "ahead" is a restored server: everything is pulled and pushed again', async () => {
  await pulled();
  const row = await outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: NOW } as const;
  await outbox.settle(new Map([[row.id, settled]]), EPOCH);
  fakeServer.next(
    () => heads(2),
    () => refusal(410, 'cursor_expired', { reason: 'ahead' }),
    () => heads(2),
    () => page({ changes: [put(2, 'b')] }),
  );
  expect(await pull.round()).toEqual(REST);
  expect([await keys(), await outbox.countUnsettled(), repushed]).toEqual([['b'], 1, 1]);
});

test('a new epoch drops the cursors, keeps the screen until the snapshot is there, and pushes again', async () => {
  await pulled();
  fakeServer.next(
    () => heads(1, { epoch: OTHER_EPOCH }),
    () => heads(1, { epoch: OTHER_EPOCH }),
    async () => {
      expect(await keys()).toEqual(['a', 'b', 'c']);
      return page({ epoch: OTHER_EPOCH, changes: [put(1, 'n')] });
    },
  );
  expect(await pull.round()).toEqual(REST);
  expect([await keys(), await cursor(), repushed]).toEqual([['n'], 1, 1]);
  expect(await outbox.read('epoch')).toBe(OTHER_EPOCH);
});

test('a stream that is no longer listed is erased, the outbox is not', async () => {
  await pulled();
  await outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  fakeServer.next(() => heads(0, { streams: [] }));
  await pull.round();
  expect([await keys(), await cursor(), await outbox.countUnsettled()]).toEqual([[], undefined, 1]);
});

test('a revoked phone erases what it pulled and keeps what it recorded', async () => {
  await pulled();
  await outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  fakeServer.next(() => refusal(403, 'device_revoked'));
  expect(await pull.round()).toEqual(FAILED);
  expect(reports).toEqual([{ kind: 'revoked' }]);
  expect([await keys(), await outbox.countUnsettled()]).toEqual([[], 1]);
});

test.each([
  [401, 'unauthenticated', 'enrol_again'],
  [403, 'forbidden', 'refused'],
  [426, 'upgrade_required', 'refused'],
  [429, 'slow_down', 'offline'],
  [503, 'unavailable', 'offline'],
])('%i keeps the lists and says so', async (status, code, kind) => {
  await pulled();
  fakeServer.next(() => refusal(status, code, { retryAfter: 7 }));
  expect(await pull.round()).toEqual({ kind: 'failed', retryAfterMs: 7_000 });
  expect([reports.map((report) => report.kind), await keys()]).toEqual([[kind], ['a', 'b', 'c']]);
});

test('a hidden app asks less often', async () => {
  visible = false;
  fakeServer.next(() => heads(0, { streams: [] }));
  expect(await pull.round()).toEqual({ kind: 'rest', ms: 60_000 });
});

test('prunes when the server has a verified backup, and not without one', async () => {
  const old = Date.parse(NOW) - 100 * 3_600_000;
  const row = await outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} }, old);
  const at = new Date(old).toISOString();
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: at } as const;
  await outbox.settle(new Map([[row.id, settled]]), EPOCH);
  fakeServer.next(() => heads(0, { streams: [] }));
  await pull.round();
  expect((await outbox.all()).length).toBe(1);
  fakeServer.next(() => heads(0, { streams: [], durable: NOW }));
  await pull.round();
  expect((await outbox.all()).length).toBe(0);
});

test('says how far a long list has come', async () => {
  const many = Array.from({ length: 1200 }, (_, at) => put(at + 1, `p${at}`));
  fakeServer.next(() => heads(1200), () => page({ changes: many }));
  await pull.round();
  const loading = reports.filter((report) => report.kind === 'loading');
  expect(loading.map(({ done, total }) => [done, total])).toEqual([[500, 1200], [1000, 1200]]); // prettier-ignore
});

const DEVICE = 'device:d';
const ASIDE = { verdict: 'quarantined', flags: [], code: 'invalid_payload', message: 'No such checkpoint.', at: {} } as const;
const APPLIED = { verdict: 'flagged', flags: ['wrong_scope'], at: { 'attendance:v': 12 } };

function verdict(seq: number, id: string): Change {
  return { seq, kind: 'verdict', key: id, deleted: false, body: { id, ...APPLIED } };
}

async function keptAside(): Promise<OutboxRow> {
  const row = await outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  await outbox.settle(new Map([[row.id, { ...ASIDE, server_time: '2026-11-22T09:00:00.000Z' }]]), EPOCH);
  return row;
}

test('a verdict after a re-run replaces the one that was given, whether it comes in a snapshot or as news', async () => {
  const [first, second] = [await keptAside(), await keptAside()];
  const one = (): Response => heads(1, { streams: [DEVICE] });
  fakeServer.next(one, () => page({ stream: DEVICE, changes: [verdict(1, first.id), verdict(1, 'of-nobody')] }));
  await pull.round();
  const settled = { ...APPLIED, code: null, message: null, server_time: NOW };
  expect((await outbox.all()).map((row) => row.settled?.verdict)).toEqual(['flagged', 'quarantined']);
  const two = (): Response => heads(2, { streams: [DEVICE] });
  fakeServer.next(two, () => page({ stream: DEVICE, after: 1, changes: [verdict(2, second.id)] }));
  await pull.round();
  expect((await outbox.all()).map((row) => row.settled)).toEqual([settled, settled]);
});

test('a verdict of a kind that this version does not know changes nothing', async () => {
  const row = await keptAside();
  const strange = { ...verdict(1, row.id), body: { id: row.id, verdict: 'sideways' } };
  fakeServer.next(() => heads(1, { streams: [DEVICE] }), () => page({ stream: DEVICE, changes: [strange] }));
  expect(await pull.round()).toEqual(REST);
  expect((await outbox.all()).map((each) => each.settled?.verdict)).toEqual(['quarantined']);
});
