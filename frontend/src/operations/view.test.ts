// The whole of a phone as a machine: what its tabs show is what the server had at the position that they have read, folded
// with all that this phone has recorded; whatever the order of recording, sending, pulling, undoing, reloading, of lost, late
// and cut answers, and of what others do meanwhile. docs/protocol.md, section 7.2.
//
// The ordinary run is short. PROVE_EXAMPLES=2000 makes it long, and shows that it would find what can be wrong with the phone;
// a failure names its seed, and PROVE_SEED repeats it.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, chai, expect, test, vi } from 'vitest';
import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { watchStorage } from '../sync/fake-time';
import { Attendance } from './attendance.svelte';
import { World } from './model-world';

const PROVING = process.env['PROVE_EXAMPLES'] !== undefined;
const FIRST = Number(process.env['PROVE_SEED'] ?? 1);
const STEPS = 40;
const MOST = 100; // seeds, by which every defect must be found

/** How many seeds `examples` ask for; unasked, 12. */
function seedsFor(examples: string | undefined): number {
  return examples === undefined ? 12 : Math.max(1, Math.round(Number(examples) / 10));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-22T10:00:00.000Z') });
  watchStorage();
  vi.stubGlobal('navigator', { languages: ['en'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function liveThrough(seed: number): Promise<void> {
  globalThis.indexedDB = new IDBFactory();
  const world = new World(seed);
  try {
    await world.begin();
    for (let step = 0; step < STEPS; step++) {
      await world.step();
      await world.check();
    }
    await world.heal();
    expect(world.exact).toBeGreaterThan(STEPS);
  } catch (error) {
    throw new Error(`PROVE_SEED=${seed}: ${String(error)}\n${world.script.join('\n')}`, { cause: error });
  } finally {
    await world.end();
  }
}

test.each([[undefined, 12], ['1', 1], ['5', 1], ['26', 3], ['2000', 200]])('PROVE_EXAMPLES=%s are %i seeds', (examples, seeds) => {
  expect(seedsFor(examples)).toBe(seeds);
});

// What is no number throws.
const days = [...new Array(seedsFor(process.env['PROVE_EXAMPLES'])).keys()].map((at) => FIRST + at);
test.each(days)('whatever happens, both tabs show what is known: seed %i', (seed) => liveThrough(seed), 60_000);

const [{ settle, beginEpoch }, { apply }, { presenceOf }] = [Outbox.prototype, Records.prototype, Attendance.prototype];

/** Each is one that a careful engineer has made before. */
const DEFECTS: Readonly<Record<string, () => void>> = {
  'what is acknowledged counted as visible': () => {
    Outbox.prototype.settle = function (verdicts, era) {
      return settle.call(this, new Map([...verdicts].map(([id, settled]) => [id, { ...settled, at: {} }])), era);
    };
  },
  'a page that is not the last were taken for the whole': () => {
    Records.prototype.apply = function (after, position, changes) {
      return apply.call(this, after, position, changes);
    };
  },
  'a page were stored wherever the stream stands': () => {
    Records.prototype.apply = async function (after, position, changes, more) {
      return apply.call(this, (await this.cursor(position.stream))?.seq ?? after, position, changes, more);
    };
  },
  'a new epoch changed nothing': () => {
    Outbox.prototype.beginEpoch = async function (epoch, asked) {
      if ((await this.era()).epoch === undefined) return beginEpoch.call(this, epoch, asked);
      return this.remember('epoch', epoch);
    };
  },
  'nobody were told how often somebody came': () => {
    Attendance.prototype.presenceOf = function (subject) {
      const presence = presenceOf.call(this, subject);
      return presence && { ...presence, duplicates: 0 };
    };
  },
};

/** Whether what was expected in a day did not come true; whatever else goes wrong is no find. */
function isFound(day: Promise<void>): Promise<boolean> {
  return day.then(
    () => false,
    (error: Error) => {
      if (error.cause instanceof chai.AssertionError) return true;
      throw error;
    },
  );
}

test('what goes wrong with the test itself is no find', async () => {
  const missed = await Promise.resolve().then(() => expect('shown').toBe('due')).catch((error: unknown) => error);
  const ended = (cause: unknown): Promise<void> => Promise.reject(new Error('PROVE_SEED=1', { cause }));
  expect([await isFound(Promise.resolve()), await isFound(ended(missed))]).toEqual([false, true]);
  await expect(isFound(ended(new Error('the storage does not answer')))).rejects.toThrow('PROVE_SEED=1');
});

test.runIf(PROVING).each(Object.entries(DEFECTS))('it would be noticed if %s', async (_, defect) => {
  defect();
  try {
    let seed = 1;
    while (seed < MOST && !(await isFound(liveThrough(seed)))) seed++;
    expect(seed).toBeLessThan(MOST);
  } finally {
    Object.assign(Outbox.prototype, { settle, beginEpoch });
    Object.assign(Records.prototype, { apply });
    Object.assign(Attendance.prototype, { presenceOf });
  }
}, 120_000);
