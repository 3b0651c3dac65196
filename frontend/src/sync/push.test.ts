import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Enrolment } from '../contract/protocol';
import { Outbox, type Draft } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import type { Vitals } from '../platform/vitals';
import * as fake from './fake-server';
import { accepting, EPOCH, FakeServer, json, NOW, OTHER_EPOCH, refusal } from './fake-server';
import { Push } from './push';
import type { Report } from './report';

const SESSION: Enrolment = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: ['checkin.arrive'],
};
const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };
const REST = { kind: 'rest', ms: 60_000 };
const FAILED = { kind: 'failed', retryAfterMs: null };

let outbox: Outbox;
let fakeServer: FakeServer;
let reports: Report[];
let bulletin: Bulletin;
let visible: boolean;
let records: Records;
let vitals: Vitals;
let push: Push;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
  await outbox.beginEpoch(EPOCH);
  await outbox.remember('session', SESSION);
  fakeServer = new FakeServer(accepting);
  reports = [];
  visible = true;
  records = new Records();
  vitals = { persisted: null, battery: null };
  bulletin = new Bulletin();
  push = new Push({
    server: fakeServer.server,
    outbox,
    records,
    vitals: () => Promise.resolve(vitals),
    bulletin,
    report: (report) => reports.push(report),
    isVisible: () => visible,
  });
});

afterEach(() => {
  bulletin.close();
  vi.useRealTimers();
});

async function record(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await outbox.append(ARRIVE)).id);
  return ids;
}

function sent(): string[][] {
  return fakeServer.requests.map(({ operations }) => operations.map(({ id }) => id));
}

test('sends in order what was recorded and keeps the verdicts', async () => {
  const ids = await record(3);
  expect(await push.round()).toEqual(REST);
  expect(sent()).toEqual([ids]);
  expect(fakeServer.requests[0]).toMatchObject({ path: 'push', authorization: 'Bearer secret', pending: 0 });
  expect((await outbox.all()).map(({ settled }) => settled?.at)).toEqual(Array(3).fill({ 'attendance:v': 7 }));
});

test('sends nothing before the phone is enrolled', async () => {
  await outbox.forget('session');
  await record(1);
  expect(await push.round()).toEqual(REST);
  expect(sent()).toEqual([]);
});

test.each([
  ['no network', fake.networkError],
  ['a captive portal', fake.portal],
  ['an answer without our header', () => Response.json({ results: [] })],
  ['a portal with status 401', () => new Response('log in', { status: 401 })],
  ['a broken server', () => refusal(500, 'handler_error')],
  ['JSON cut in the middle', () => new Response('{"results": [', { headers: { 'X-EventSync-Epoch': EPOCH } })],
  ['verdicts on something else', () => json({ server_time: NOW, results: [{ id: 'other', verdict: 'accepted' }] })],
  ['too few verdicts', () => json({ server_time: NOW, results: [] })],
])('%s counts as offline: the operation stays', async (_, script) => {
  const [id] = await record(1);
  fakeServer.next(script);
  expect(await push.round()).toEqual(FAILED);
  expect(reports.map(({ kind }) => kind)).toEqual(['offline']);
  expect((await outbox.queuedAfter(0, 9)).map((row) => row.id)).toEqual([id]);
});

test('a silent server is given up after 20 seconds', async () => {
  await record(1);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  fakeServer.next(fake.never);
  const round = push.round();
  await vi.waitFor(() => expect(fakeServer.requests.length).toBe(1));
  await vi.advanceTimersByTimeAsync(19_900);
  expect(reports).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await round).toEqual(FAILED);
  expect(reports).toEqual([{ kind: 'offline', why: 'no answer within 20 seconds' }]);
});

test('an answer that was lost is fetched by sending the same again', async () => {
  const ids = await record(2);
  fakeServer.next(fake.networkError);
  await push.round();
  await push.round();
  expect(sent()).toEqual([ids, ids]);
  expect(await outbox.countUnsettled()).toBe(0);
});

test('a verdict settles its own operation only, and retry settles none', async () => {
  const [first, second, third] = await record(3);
  const results = [
    { id: first, verdict: 'flagged', flags: ['second_admission'], at: {} },
    { id: second, verdict: 'retry' },
    { id: third, verdict: 'a verdict of the future' },
  ];
  fakeServer.next(() => json({ server_time: NOW, results }));
  expect(await push.round()).toEqual(FAILED);
  expect((await outbox.queuedAfter(0, 9)).map(({ id }) => id)).toEqual([second, third]);
  expect((await outbox.all())[0]?.settled).toMatchObject({ verdict: 'flagged', flags: ['second_admission'] });
  expect(fakeServer.requests.length).toBe(1);
});

test('a refused and a quarantined operation are settled with their reasons', async () => {
  const [first, second] = await record(2);
  const results = [
    { id: first, verdict: 'refused', code: 'late', message: 'Too late.' },
    { id: second, verdict: 'quarantined', code: 'unknown_kind', message: 'What is this?' },
  ];
  fakeServer.next(() => json({ server_time: NOW, results }));
  expect(await push.round()).toEqual(REST);
  expect((await outbox.all()).map(({ settled }) => settled?.message)).toEqual(['Too late.', 'What is this?']);
});

test.each([
  [400, 'malformed'],
  [413, 'too_large'],
])('%i halves the batch until the one bad operation is set aside, visible', async (status, code) => {
  const ids = await record(8);
  const bad = ids[5];
  const choke: fake.Script = (request) =>
    request.operations.some(({ id }) => id === bad) ? refusal(status, code) : accepting(request);
  fakeServer.next(...Array<fake.Script>(20).fill(choke));
  await push.round();
  const rows = await outbox.all();
  expect(rows.filter(({ settled }) => settled === null).map(({ id, stuck }) => [id, stuck])).toEqual([[bad, code]]);
  expect(sent()[0]).toEqual(ids);
  expect(sent()).toContainEqual([bad]);
});

test('three failures of one batch halve it; a success lets it grow again', async () => {
  const ids = await record(8);
  fakeServer.next(...Array<fake.Script>(6).fill(fake.networkError));
  for (let round = 0; round < 7; round++) await push.round();
  expect(sent().map((batch) => batch.length)).toEqual([8, 8, 8, 4, 4, 4, 2, 4, 2]);
  expect(sent().slice(6).flat()).toEqual(ids);
});

test.each([
  [401, 'unauthenticated', 'enrol_again'],
  [403, 'forbidden', 'refused'],
  [429, 'slow_down', 'offline'],
  [503, 'unavailable', 'offline'],
])('%i keeps everything and says so', async (status, code, kind) => {
  await record(2);
  fakeServer.next(() => refusal(status, code, status >= 429 ? { retryAfter: 30 } : {}));
  expect(await push.round()).toEqual({ kind: 'failed', retryAfterMs: status >= 429 ? 30_000 : null });
  expect(reports.map((report) => report.kind)).toEqual([kind]);
  expect(await outbox.countUnsettled()).toBe(2);
});

test('a new epoch: the answer is thrown away and everything held is sent again', async () => {
  const [settled] = await record(1);
  await push.round();
  const [fresh] = await record(1);
  const restored: fake.Script = (request) =>
    json({ server_time: NOW, results: request.operations.map(({ id }) => ({ id, verdict: 'accepted', at: {} })) }, OTHER_EPOCH);
  fakeServer.next(restored, restored);
  expect(await push.round()).toEqual(REST);
  expect(sent()).toEqual([[settled], [fresh], [settled, fresh]]);
  expect(await outbox.read('epoch')).toBe(OTHER_EPOCH);
  expect(await outbox.countUnsettled()).toBe(0);
});

test('an answer from before a restore is thrown away, also when the same epoch answers again', async () => {
  const ids = await record(1);
  fakeServer.next(async (request) => {
    const late = accepting(request);
    await outbox.sendAllAgain();
    await outbox.beginEpoch(EPOCH);
    return late;
  });
  expect(await push.round()).toEqual(REST);
  expect(sent()).toEqual([ids, ids]);
  expect(await outbox.countUnsettled()).toBe(0);
});

test('a refusal from before a restore sets nothing aside', async () => {
  const ids = await record(1);
  fakeServer.next(async () => {
    await outbox.sendAllAgain();
    return refusal(400, 'malformed');
  });
  expect(await push.round()).toEqual(REST);
  expect(sent()).toEqual([ids, ids]);
});

test('two servers that answer in turns do not make it spin', async () => {
  await record(1);
  let turn = 0;
  const script: fake.Script = () => json({ server_time: NOW, results: [] }, `epoch-${turn++}`);
  fakeServer.next(...Array<fake.Script>(9).fill(script));
  expect(await push.round()).toEqual(FAILED);
  expect(fakeServer.requests.length).toBe(2);
});

test('learns the server clock from an answer', async () => {
  await record(1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(NOW) - 90_000 });
  await push.round();
  expect(await outbox.read('offset')).toBe(90_000);
});

test('what is carried for another phone is sent with its author and settled like any other', async () => {
  const author = '0190b0a2-0000-7000-8000-00000000000b';
  const [own] = await record(1);
  const operation = { ...(await outbox.all())[0]!.operation, id: '0190b0a2-0000-7000-8000-00000000000c', device: author };
  await outbox.carry([operation]);
  expect(await push.round()).toEqual(REST);
  expect(fakeServer.requests[0]?.operations.map(({ id, device }) => [id, device])).toEqual([
    [own, undefined],
    [operation.id, author],
  ]);
  expect((await outbox.all()).map(({ settled }) => settled?.verdict)).toEqual(['accepted', 'accepted']);
});

test('a large batch travels compressed, a small one as it is, and neither needs a browser that can compress', async () => {
  await record(1);
  await push.round();
  const many = await record(20);
  await push.round();
  vi.stubGlobal('CompressionStream', undefined);
  Reflect.deleteProperty(globalThis, 'CompressionStream');
  const more = await record(20);
  await push.round();
  vi.unstubAllGlobals();
  expect(fakeServer.requests.map(({ compressed }) => compressed)).toEqual([false, true, false]);
  expect(sent().slice(1)).toEqual([many, more]);
});
