// Several streams in one round: what is wrong with one keeps no other back.

import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakePhone, heads, REST, STREAM } from './fake-phone';
import { networkError, page, put, refusal, type Script } from './fake-server';

const OTHERS = ['attendance:v', 'device:d'];
const THREE = [STREAM, ...OTHERS];

let phone: FakePhone;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
});

afterEach(() => phone.bulletin.close());

async function held(): Promise<string[]> {
  return (await phone.records.cursors()).map(({ stream }) => stream).sort();
}

const good = (stream: string): Script => () => page({ stream, changes: [put(1, 'a')] });

test.each<[string, Script, number | null]>([
  ['is cut short', () => page({ changes: [put(1, 'a'), put(2, 'b')] }, 9), null],
  ['does not answer', networkError, null],
  ['is refused', () => refusal(404, 'not_found'), null],
])('a stream that %s ends no round: the others arrive, and it is tried again', async (_, bad, retryAfterMs) => {
  phone.fakeServer.next(() => heads(1, { streams: THREE }), bad, ...OTHERS.map(good));
  expect(await phone.pull.round()).toEqual({ kind: 'failed', retryAfterMs });
  expect(await held()).toEqual(OTHERS);
  phone.fakeServer.next(() => heads(1, { streams: THREE }), good(STREAM));
  expect(await phone.pull.round()).toEqual(REST);
  expect(await held()).toEqual([...OTHERS, STREAM].sort());
});

test('two in a row that do not answer end the round', async () => {
  phone.fakeServer.next(() => heads(1, { streams: THREE }), networkError, networkError);
  expect(await phone.pull.round()).toEqual({ kind: 'failed', retryAfterMs: null });
  expect(phone.asked().length).toBe(3);
});

test.each<[number, string]>([
  [401, 'unauthenticated'],
  [403, 'device_revoked'],
  [429, 'slow_down'],
  [503, 'unavailable'],
])('a refusal of the whole phone (%i %s) ends the round', async (status, code) => {
  phone.fakeServer.next(() => heads(1, { streams: THREE }), () => refusal(status, code, { retryAfter: 7 }));
  expect(await phone.pull.round()).toEqual({ kind: 'failed', retryAfterMs: 7_000 });
  expect(phone.asked().length).toBe(2);
});
