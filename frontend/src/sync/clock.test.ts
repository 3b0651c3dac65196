import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { Outbox } from '../db/outbox';
import { hear } from './clock';

const DEVICE = Date.parse('2026-11-22T10:00:00.000Z');
const OFFSET = 90_000;
const MINUTE = 60_000;

let outbox: Outbox;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
});

/** An answer to a request that left at `at` (ms after DEVICE), came after `trip`, and was made after `made` of it. */
async function answer(at: number, trip: number, made = trip / 2, offset = OFFSET): Promise<number | undefined> {
  const sentAt = DEVICE + at;
  const reply = { kind: 'answer', body: null, epoch: 'e', sentAt, heardAt: sentAt + trip } as const;
  await hear(outbox, reply, new Date(sentAt + made + offset).toISOString());
  return outbox.read('offset');
}

test('the first answer is believed, however slow', async () => {
  expect(await answer(0, 18_000, 17_900)).toBe(OFFSET + 8_900);
});

test('a push that waited in the server shifts nothing', async () => {
  await answer(0, 100);
  expect(await answer(5_000, 18_000, 17_900)).toBe(OFFSET);
  expect(await answer(5_000, 18_000, 100)).toBe(OFFSET);
  expect(await answer(30 * MINUTE, 18_000, 17_900)).toBe(OFFSET);
});

test('a quicker answer takes the place of a slow one at once', async () => {
  await answer(0, 18_000, 17_900);
  expect(await answer(20_000, 3_000)).toBe(OFFSET);
  expect(await answer(25_000, 100, 90)).toBe(OFFSET + 40);
});

test('a somewhat slower answer waits until the known one is old', async () => {
  await answer(0, 100);
  expect(await answer(5 * MINUTE, 1_900, 1_800)).toBe(OFFSET);
  expect(await answer(11 * MINUTE, 1_900, 1_800)).toBe(OFFSET + 850);
});

test('a clock that was set is noticed at once, also by a slow answer', async () => {
  await answer(0, 100);
  expect(await answer(5_000, 4_000, 2_000, OFFSET - 3 * MINUTE)).toBe(OFFSET - 3 * MINUTE);
  expect(await answer(10_000, 100, 50, 0)).toBe(0);
});

test('a clock that was set back does not keep the known offset for ever', async () => {
  await answer(0, 100);
  expect(await answer(-60 * MINUTE, 200, 180)).toBe(OFFSET + 80);
});

test('a clock that was set back while waiting teaches nothing', async () => {
  await answer(0, 100);
  expect(await answer(5_000, -MINUTE)).toBe(OFFSET);
});

test('an offset of a version that did not keep how sure it was is replaced', async () => {
  await outbox.remember('offset', 7_000);
  expect(await answer(0, 1_000)).toBe(OFFSET);
});
