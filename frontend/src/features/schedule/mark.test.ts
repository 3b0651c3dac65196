import { afterEach, expect, test, vi } from 'vitest';
import { readUpTo, unread } from './mark';

afterEach(() => vi.unstubAllGlobals());

function storage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

test('what one page said was read is read on every page of that event, and no other', () => {
  vi.stubGlobal('localStorage', storage());
  expect(readUpTo('demo', 0)).toBe(0);
  expect(readUpTo('demo', 2)).toBe(2);
  expect(readUpTo('demo', 0)).toBe(2);
  expect(readUpTo('demo', 1)).toBe(2); // an older address hides nothing anew
  expect(readUpTo('camp', 0)).toBe(0);
});

test('somebody reads them again', () => {
  vi.stubGlobal('localStorage', storage());
  readUpTo('demo', 2);
  unread('demo');
  expect(readUpTo('demo', 0)).toBe(0);
});

test('a phone that lets nobody store knows what the address says', () => {
  expect(readUpTo('demo', 2)).toBe(2);
  expect(() => unread('demo')).not.toThrow();
});
