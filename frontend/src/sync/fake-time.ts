// Time for tests of what runs by itself: timers obey, the storage goes on as it does.

import { vi } from 'vitest';

const STEP_MS = 50;
const QUIET_TURNS = 5;

const turn = globalThis.setImmediate;
let busy = 0;

/** From here to `vi.useRealTimers` and `vi.unstubAllGlobals` time passes only by `pass`. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  watchStorage();
}

/** From here to `vi.unstubAllGlobals` it is known when the storage is at work. */
export function watchStorage(): void {
  // Where fake-indexeddb has its turns.
  vi.stubGlobal('setImmediate', (work: () => void) => {
    busy++;
    return turn(() => {
      busy--;
      work();
    });
  });
}

/** In steps, after each of which all that is under way gets as far as it can. */
export async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    await quiet();
  }
}

/** Until the storage has been idle for a while. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < QUIET_TURNS; turns = busy > 0 ? 0 : turns + 1) await new Promise<void>((resolve) => turn(resolve));
}
