import { afterEach, expect, test, vi } from 'vitest';
import { Worker } from './worker';

/** A service worker that answers each message with these steps, the last ones a while later. */
function answering(now: readonly unknown[], later: readonly unknown[] = []): void {
  const active = {
    postMessage: (asked: unknown, [port]: readonly MessagePort[]): void => {
      expect(asked).toEqual({ tell: { kind: 'notice.help', delivery: 'd1' }, steps: true });
      for (const step of now) port?.postMessage(step);
      setTimeout(() => later.forEach((step) => port?.postMessage(step)), 5_000);
    },
  };
  vi.stubGlobal('navigator', { serviceWorker: { getRegistration: async () => ({}), ready: Promise.resolve({ active }) } });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ['heard at once', ['kept', 'heard'], [], 'heard'],
  ['no network, or a slow one: nobody waits for it', ['kept'], ['heard'], 'kept'],
  ['a phone that nobody knows', [null], [], null],
  ['a worker from before', [true], [], 'kept'],
])('“I need help”: %s', async (_, now, later, said) => {
  answering(now, later);
  expect(await new Worker().help('d1')).toBe(said);
});

test('“I need help” without a worker leads to the help page all the same', async () => {
  vi.stubGlobal('navigator', {});
  expect(await new Worker().help('d1')).toBe(null);
});
