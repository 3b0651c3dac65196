import 'fake-indexeddb/auto';
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from './db/outbox';
import { Parts } from './start';

let parts: Parts;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  parts = new Parts();
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('a tick tells how far the clock is off, once that is known', async () => {
  expect(await parts.tick()).toBeNull();
  await new Outbox().remember('offset', 90_000);
  expect(await parts.tick()).toBe(90_000);
});

test('a tick on a phone whose storage fails is told, and goes on with the last offset', async () => {
  await new Outbox().remember('offset', 90_000);
  await parts.tick();
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  const ticked = vi.spyOn(parts.attendance, 'tick');
  expect(await parts.tick()).toBeNull();
  expect(parts.exchange.trouble).toBe('This phone is full. Delete some photos or apps, then try again.');
  expect(ticked).toHaveBeenCalledWith(expect.any(Number), undefined);
});
