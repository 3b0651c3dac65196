// A phone that was not heard of may be lost: docs/protocol.md, section 7.

import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakePhone, heads, STREAM } from './fake-phone';
import { networkError, page, put } from './fake-server';

const BEGAN = Date.parse('2026-11-22T10:00:00.000Z');
const HOURS = 3_600_000;

let phone: FakePhone;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: BEGAN });
  phone = await FakePhone.enrolled();
  const streams = [STREAM, 'attendance:v'];
  phone.fakeServer.next(
    () => heads(1, { streams }),
    ...streams.map((stream) => () => page({ stream, changes: [put(1, 'a')] })),
  );
  await phone.pull.round();
});

afterEach(() => {
  phone.bulletin.close();
  vi.useRealTimers();
});

async function heldAfter(hours: number): Promise<string[]> {
  vi.setSystemTime(BEGAN + hours * HOURS);
  phone.fakeServer.next(networkError);
  await phone.pull.round();
  return (await phone.records.cursors()).map(({ stream }) => stream);
}

test.each([
  ['just before its hours', 71.99, ['attendance:v', STREAM]],
  ['at its hours', 72, ['attendance:v']],
  ['long after', 10_000, ['attendance:v']],
  ['with a clock that was set back', -10_000, ['attendance:v', STREAM]],
])('%s without an answer', async (_, hours, kept) => {
  await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  expect(await heldAfter(hours)).toEqual(kept);
  expect(await phone.outbox.countUnsettled()).toBe(1);
});

test.each([
  ['begins the hours anew', 70],
  ['begins them anew by a clock that was set back', -1_000],
])('each answer of the server %s', async (_, heard) => {
  vi.setSystemTime(BEGAN + heard * HOURS);
  phone.fakeServer.next(() => heads(1, { streams: [STREAM, 'attendance:v'] }));
  await phone.pull.round();
  expect(await heldAfter(heard + 71)).toEqual(['attendance:v', STREAM]);
  expect(await heldAfter(heard + 72)).toEqual(['attendance:v']);
});

test('a phone that nobody looks at erases them, too, and asks for nothing', async () => {
  phone.visible = false;
  phone.fakeServer.requests.length = 0;
  expect(await heldAfter(72)).toEqual(['attendance:v']);
  expect(phone.asked()).toEqual([]);
});

test('a profile without hours keeps its lists', async () => {
  const session = await phone.outbox.read('session');
  if (session === undefined) throw new Error('not enrolled');
  await phone.outbox.remember('session', { ...session, profile: { ...session.profile, roster_hours: 0 } });
  expect(await heldAfter(10_000)).toEqual(['attendance:v', STREAM]);
});
