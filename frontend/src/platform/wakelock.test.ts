import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepAwake } from './wakelock';

class Lock {
  released = false;
  async release(): Promise<void> {
    this.released = true;
  }
}

class Page extends EventTarget {
  visibilityState = 'visible';
  async turn(state: string): Promise<void> {
    this.visibilityState = state;
    // As browsers do it.
    if (state === 'hidden') for (const lock of given) lock.released = true;
    this.dispatchEvent(new Event('visibilitychange'));
    await Promise.resolve();
  }
}

let given: Lock[];
let page: Page;

beforeEach(() => {
  given = [];
  page = new Page();
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { wakeLock: { request: async () => given[given.push(new Lock()) - 1] } });
});
afterEach(() => vi.unstubAllGlobals());

function held(): boolean[] {
  return given.map(({ released }) => !released);
}

test('the screen stays on again after the page was hidden, until it is let go', async () => {
  const release = await keepAwake();
  await page.turn('hidden');
  expect(held()).toEqual([false]);
  await page.turn('visible');
  expect(held()).toEqual([false, true]);
  release();
  expect(held()).toEqual([false, false]);
  await page.turn('visible');
  expect(given.length).toBe(2);
});

test('it is held once', async () => {
  const [first] = [keepAwake(), page.turn('visible')];
  await first;
  await page.turn('visible');
  expect(held().filter(Boolean)).toEqual([true]);
});

test('what comes after it was let go is let go', async () => {
  page.visibilityState = 'hidden';
  const release = await keepAwake();
  const back = page.turn('visible');
  release();
  await back;
  await Promise.resolve();
  expect(held()).toEqual([false]);
});

test.each([
  ['cannot', {}],
  ['will not', { wakeLock: { request: () => Promise.reject(new DOMException('low battery', 'NotAllowedError')) } }],
])('a browser that %s goes on', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator);
  const release = await keepAwake();
  expect(release()).toBeUndefined();
});
