import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FAILED, FakePhone, heads, REST } from './fake-phone';
import * as fake from './fake-server';
import { EPOCH, NOW, OTHER_EPOCH, page, put, refusal, tombstone } from './fake-server';

let phone: FakePhone;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
});

afterEach(() => {
  phone.bulletin.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('the first phone.pull takes a snapshot', async () => {
  phone.fakeServer.next(() => heads(3), () => page({ head: 9, changes: [put(1, 'a'), put(3, 'b')] }));
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked()).toEqual(['streams', 'streams/S/changes?after=0']);
  expect([await phone.keys(), await phone.cursor()]).toEqual([['a', 'b'], 9]);
});

test('pages of a snapshot keep its base and are swapped in together when complete', async () => {
  phone = await FakePhone.pulled();
  await phone.records.dropCursors();
  phone.fakeServer.next(
    () => heads(9),
    () => page({ head: 8, complete: false, changes: [put(4, 'd'), put(5, 'e')] }),
    async () => {
      expect(await phone.keys()).toEqual(['a', 'b', 'c']);
      return page({ after: 5, head: 9, changes: [put(7, 'f'), tombstone(9, 'd')] });
    },
  );
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked().slice(1)).toEqual(['streams/S/changes?after=0', 'streams/S/changes?after=5&base=8']);
  expect([await phone.keys(), await phone.cursor()]).toEqual([['e', 'f'], 9]);
});

test('a snapshot that breaks off changes nothing', async () => {
  phone = await FakePhone.pulled();
  await phone.records.dropCursors();
  const first: fake.Script = () => page({ head: 8, complete: false, changes: [put(4, 'd')] });
  phone.fakeServer.next(() => heads(9), first, fake.networkError);
  expect(await phone.pull.round()).toEqual(FAILED);
  expect(await phone.keys()).toEqual(['a', 'b', 'c']);
});

test('news are applied page by page, with tombstones', async () => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(
    () => heads(9),
    () => page({ after: 3, head: 9, complete: false, changes: [tombstone(4, 'a'), put(5, 'd')] }),
    () => page({ after: 5, head: 9, changes: [put(6, 'e')] }),
  );
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked()).toEqual(['streams', 'streams/S/changes?after=3', 'streams/S/changes?after=5']);
  expect([await phone.keys(), await phone.cursor()]).toEqual([['b', 'c', 'd', 'e'], 9]);
});

test('nothing new asks for nothing', async () => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(() => heads(3));
  await phone.pull.round();
  expect(phone.asked()).toEqual(['streams']);
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
  phone = await FakePhone.pulled();
  phone.fakeServer.next(() => heads(9), script);
  expect(await phone.pull.round()).toEqual(FAILED);
  expect(phone.reports.map(({ kind }) => kind)).toEqual(['offline']);
  expect([await phone.keys(), await phone.cursor()]).toEqual([['a', 'b', 'c'], 3]);
});

test('410 pulls that stream again from 0', async () => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(() => heads(9), () => refusal(410, 'cursor_expired'), () => page({ changes: [put(8, 'z')] }));
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked()).toEqual(['streams', 'streams/S/changes?after=3', 'streams/S/changes?after=0']);
  expect([await phone.keys(), phone.repushed]).toEqual([['z'], 0]);
});

test('410 "ahead" is a restored server: everything is pulled and pushed again', async () => {
  phone = await FakePhone.pulled();
  const row = await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: NOW } as const;
  await phone.outbox.settle(new Map([[row.id, settled]]), await phone.outbox.era());
  phone.fakeServer.next(
    () => heads(2),
    () => refusal(410, 'cursor_expired', { reason: 'ahead' }),
    () => heads(2),
    () => page({ changes: [put(2, 'b')] }),
  );
  expect(await phone.pull.round()).toEqual(REST);
  expect([await phone.keys(), await phone.outbox.countUnsettled(), phone.repushed]).toEqual([['b'], 1, 1]);
});

test('a new epoch drops the cursors, keeps the screen until the snapshot is there, and pushes again', async () => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(
    () => heads(1, { epoch: OTHER_EPOCH }),
    () => heads(1, { epoch: OTHER_EPOCH }),
    async () => {
      expect(await phone.keys()).toEqual(['a', 'b', 'c']);
      return page({ epoch: OTHER_EPOCH, changes: [put(1, 'n')] });
    },
  );
  expect(await phone.pull.round()).toEqual(REST);
  expect([await phone.keys(), await phone.cursor(), phone.repushed]).toEqual([['n'], 1, 1]);
  expect(await phone.outbox.read('epoch')).toBe(OTHER_EPOCH);
});

test('a stream that is no longer listed is erased, the phone.outbox is not', async () => {
  phone = await FakePhone.pulled();
  await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  phone.fakeServer.next(() => heads(0, { streams: [] }));
  await phone.pull.round();
  expect([await phone.keys(), await phone.cursor(), await phone.outbox.countUnsettled()]).toEqual([[], undefined, 1]);
});

test('a revoked phone erases what it pulled and keeps what it recorded', async () => {
  phone = await FakePhone.pulled();
  await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  phone.fakeServer.next(() => refusal(403, 'device_revoked'));
  expect(await phone.pull.round()).toEqual(FAILED);
  expect(phone.reports).toEqual([{ kind: 'revoked' }]);
  expect([await phone.keys(), await phone.outbox.countUnsettled()]).toEqual([[], 1]);
});

test.each([
  [401, 'unauthenticated', 'enrol_again'],
  [403, 'forbidden', 'refused'],
  [426, 'upgrade_required', 'refused'],
  [429, 'slow_down', 'offline'],
  [503, 'unavailable', 'offline'],
])('%i keeps the lists and says so', async (status, code, kind) => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(() => refusal(status, code, { retryAfter: 7 }));
  expect(await phone.pull.round()).toEqual({ kind: 'failed', retryAfterMs: 7_000 });
  expect([phone.reports.map((report) => report.kind), await phone.keys()]).toEqual([[kind], ['a', 'b', 'c']]);
});

test.each([
  ['asks each 5 s while somebody looks and no socket lives', true, false, false, 5_000, ['streams']],
  ['asks each minute while somebody looks and a socket lives', true, true, false, 60_000, ['streams']],
  ['asks when it is kicked while nobody looks', false, false, true, 60_000, ['streams']],
  ['asks for nothing while nobody looks, with a socket', false, true, false, 60_000, []],
  ['asks for nothing while nobody looks, without one', false, false, false, 60_000, []],
])('it %s', async (_, visible, poked, kicked, ms, asked) => {
  Object.assign(phone, { visible, poked });
  phone.fakeServer.next(() => heads(0, { streams: [] }));
  expect(await phone.pull.round(kicked)).toEqual({ kind: 'rest', ms });
  expect(phone.asked()).toEqual(asked);
});

const HOUR_MS = 3_600_000;

/** A phone whose clock is so many hours wrong recorded something, which the server settled so many hours before NOW. */
async function settledAgo(hours: number, wrongBy = 0): Promise<void> {
  const at = Date.parse(NOW) - hours * HOUR_MS;
  const row = await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} }, at + wrongBy * HOUR_MS);
  const server_time = new Date(at).toISOString();
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time } as const;
  await phone.outbox.settle(new Map([[row.id, settled]]), await phone.outbox.era());
}

async function heldAfter(durable?: string): Promise<number> {
  phone.fakeServer.next(() => heads(0, { streams: [], ...(durable && { durable }) }));
  await phone.pull.round();
  return (await phone.outbox.all()).length;
}

test('prunes when the server has a verified backup, and not without one', async () => {
  await settledAgo(100);
  expect(await heldAfter()).toBe(1);
  expect(await heldAfter(new Date(Date.parse(NOW) - 101 * HOUR_MS).toISOString())).toBe(1);
  expect(await heldAfter(NOW)).toBe(0);
});

test.each([-1000, -1, 0, 1, 1000])('what was settled is kept for three days of the server, with a clock %i hours wrong', async (wrongBy) => {
  await settledAgo(71, wrongBy);
  await settledAgo(73, wrongBy);
  expect(await heldAfter(NOW)).toBe(1);
});

test('says how far a long list has come', async () => {
  const many = Array.from({ length: 1200 }, (_, at) => put(at + 1, `p${at}`));
  phone.fakeServer.next(() => heads(1200), () => page({ changes: many }));
  await phone.pull.round();
  const loading = phone.reports.filter((report) => report.kind === 'loading');
  expect(loading.map(({ done, total }) => [done, total])).toEqual([[500, 1200], [1000, 1200]]); // prettier-ignore
});
