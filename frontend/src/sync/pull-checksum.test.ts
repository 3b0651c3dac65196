// Whether what a phone holds is what the server has: docs/protocol.md, section 4.5.

import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change } from '../contract/protocol';
import { sumOf, type Sum } from '../rules/checksum';
import { ABC, FakePhone, heads, REST, STREAM } from './fake-phone';
import { accepting, networkError, page, put, refusal } from './fake-server';
import { Pull } from './pull';

let phone: FakePhone;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
});

afterEach(() => {
  phone.bulletin.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const WITH_D = sumOf([...ABC, put(4, 'd')]);

function mismatches(): unknown[] {
  return phone.fakeServer.requests.filter(({ path }) => path === 'push').map(({ body }) => body['checksum_mismatch']);
}

/** A page of all there is, or of the news, with the server's own count and checksum. */
function told({ held: count, checksum }: Sum, after: number, changes: readonly Change[]): Response {
  return page({ after, changes, count, checksum });
}

test('what agrees with the server’s count and checksum is pulled once', async () => {
  phone = await FakePhone.pulled();
  phone.fakeServer.next(() => heads(4, { sum: WITH_D }), () => told(WITH_D, 3, [put(4, 'd')]), () => heads(4, { sum: WITH_D }));
  await phone.pull.round();
  await phone.pull.round();
  expect([phone.asked(), mismatches()]).toEqual([['streams', 'streams/S/changes?after=3', 'streams'], []]);
});

test.each<[string, Sum]>([
  ['checksum', { ...WITH_D, checksum: 1 }],
  ['count', { ...WITH_D, held: 3 }],
])('another %s than the server’s is told, and the stream is pulled again from 0, at most once in 10 minutes', async (_, wrong) => {
  phone = await FakePhone.pulled();
  vi.spyOn(console, 'warn').mockReturnValue();
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  const whole = [...ABC, put(4, 'd')];
  phone.fakeServer.next(() => heads(4), () => told(wrong, 3, [put(4, 'd')]), accepting, () => told(wrong, 0, whole));
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked()).toEqual(['streams', 'streams/S/changes?after=3', 'push', 'streams/S/changes?after=0']);
  expect(mismatches()).toEqual([STREAM]);

  vi.setSystemTime(1_000_000 + 599_000);
  phone.fakeServer.next(() => heads(4, { sum: wrong }));
  await phone.pull.round();
  expect(phone.asked().length).toBe(5);
  vi.setSystemTime(1_000_000 + 600_000);
  phone.fakeServer.next(() => heads(4, { sum: wrong }), accepting, () => told(WITH_D, 0, whole));
  await phone.pull.round();
  expect([phone.asked().length, mismatches(), await phone.keys()]).toEqual([8, [STREAM, STREAM], ['a', 'b', 'c', 'd']]);
});

test('a list that lost rows while the app was closed is fetched again', async () => {
  phone = await FakePhone.pulled();
  vi.spyOn(console, 'warn').mockReturnValue();
  const database = await openDB('eventsync-records-2');
  await database.put('buckets', { ...(await database.getAll('buckets'))[5], json: '[{"kind":"person","key":"x","seq":1}]' });
  database.close();
  const opened = new Pull(phone.tools);
  phone.fakeServer.next(() => heads(3), accepting, () => page({ changes: ABC }));
  await opened.round();
  expect(phone.asked()).toEqual(['streams', 'push', 'streams/S/changes?after=0']);
  expect([await phone.keys(), mismatches()]).toEqual([['a', 'b', 'c'], [STREAM]]);
});

test('while a mismatch is recent, news are pulled all the same', async () => {
  phone = await FakePhone.pulled();
  vi.spyOn(console, 'warn').mockReturnValue();
  await phone.records.noteMismatch(STREAM, Date.now());
  phone.fakeServer.next(() => heads(4), () => told({ ...WITH_D, checksum: 1 }, 3, [put(4, 'd')]));
  await phone.pull.round();
  expect([await phone.keys(), mismatches()]).toEqual([['a', 'b', 'c', 'd'], []]);
});

test('a mismatch that the server did not hear of is told again until it has', async () => {
  phone = await FakePhone.pulled();
  vi.spyOn(console, 'warn').mockReturnValue();
  const wrong = { ...WITH_D, checksum: 1 };
  const whole = (): Response => told(WITH_D, 0, [...ABC, put(4, 'd')]);
  phone.fakeServer.next(() => heads(4), () => told(wrong, 3, [put(4, 'd')]), networkError, whole);
  await phone.pull.round();
  phone.fakeServer.next(() => heads(4, { sum: WITH_D }), () => refusal(503, 'unavailable'));
  await phone.pull.round();
  phone.fakeServer.next(() => heads(4, { sum: WITH_D }), accepting);
  await phone.pull.round();
  phone.fakeServer.next(() => heads(4, { sum: WITH_D }));
  await phone.pull.round();
  expect(mismatches()).toEqual([STREAM, STREAM, STREAM]);
});
