// The whole of a phone as a machine: what its tabs show is what the server had at the position that they have read, folded
// with all that this phone has recorded; whatever the order of recording, sending, pulling, undoing, reloading, of lost, late
// and cut answers, and of what others do meanwhile. docs/protocol.md, section 7.2.
//
// The ordinary run is short. PROVE_EXAMPLES=2000 makes it long, and shows that it would find what can be wrong with the phone;
// a failure names its seed, and PROVE_SEED repeats it.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outbox } from '../db/outbox';
import { Records } from '../db/records';
import { watchStorage } from '../sync/fake-time';
import { World } from './model-world';

const PROVING = process.env['PROVE_EXAMPLES'] !== undefined;
const SEEDS = PROVING ? Number(process.env['PROVE_EXAMPLES']) / 10 : 12;
const FIRST = Number(process.env['PROVE_SEED'] ?? 1);
const STEPS = 40;
const MOST = 100; // seeds, by which every defect must be found

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

const days = Array.from({ length: SEEDS }, (_, at) => FIRST + at);
test.each(days)('whatever happens, both tabs show what is known: seed %i', (seed) => liveThrough(seed), 60_000);

const [{ settle, beginEpoch }, { apply }] = [Outbox.prototype, Records.prototype];

/** Each is one that a careful engineer has made before. */
const DEFECTS: Readonly<Record<string, () => void>> = {
  'what is acknowledged counted as visible': () => {
    Outbox.prototype.settle = function (verdicts, era) {
      return settle.call(this, new Map([...verdicts].map(([id, settled]) => [id, { ...settled, at: {} }])), era);
    };
  },
  'an answer of another era settled': () => {
    Outbox.prototype.settle = async function (verdicts) {
      return settle.call(this, verdicts, await this.era());
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
};

test.runIf(PROVING).each(Object.entries(DEFECTS))('it would be noticed if %s', async (_, defect) => {
  defect();
  try {
    const isFound = (seed: number): Promise<boolean> => liveThrough(seed).then(() => false, () => true);
    let seed = 1;
    while (seed < MOST && !(await isFound(seed))) seed++;
    expect(seed).toBeLessThan(MOST);
  } finally {
    Object.assign(Outbox.prototype, { settle, beginEpoch });
    Object.assign(Records.prototype, { apply });
  }
}, 120_000);
