import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Parade } from './parade.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function shownBy(parade: Parade, steps: number): string[] {
  return Array.from({ length: steps }, () => {
    const { frame } = parade;
    vi.advanceTimersByTime(340);
    return frame;
  });
}

test('each round shows every code once, the first in order, later ones in another', () => {
  const keys = [3, 1, 2];
  const parade = new Parade(['a', 'b', 'c'], () => keys.shift() ?? 0);
  parade.start();
  expect(shownBy(parade, 3)).toEqual(['a', 'b', 'c']);
  expect(parade.rounds).toBe(1);
  expect(shownBy(parade, 3)).toEqual(['b', 'c', 'a']);
});

test('fewer than three codes a second', () => {
  const parade = new Parade(Array.from({ length: 50 }, (_, at) => `${at}`));
  parade.start();
  vi.advanceTimersByTime(1_000);
  expect(parade.place).toBe(3);
});

test('one code stands still', () => {
  const parade = new Parade(['only']);
  parade.start();
  expect(shownBy(parade, 3)).toEqual(['only', 'only', 'only']);
  expect([parade.place, parade.rounds]).toEqual([1, 0]);
});

test('it stops when it is told to', () => {
  const parade = new Parade(['a', 'b']);
  const stop = parade.start();
  stop();
  expect(shownBy(parade, 3)).toEqual(['a', 'a', 'a']);
  expect(vi.getTimerCount()).toBe(0);
});
