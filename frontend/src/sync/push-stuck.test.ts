// An operation that never gets through keeps no other back, and a server that is down is not hammered.

import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Draft } from '../db/outbox';
import { FakePhone } from './fake-phone';
import * as fake from './fake-server';
import { accepting, FakeServer, refusal, type Script } from './fake-server';
import { Push } from './push';

const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };
const FAILED = { kind: 'failed', retryAfterMs: null };
const MOST_ROUNDS = 200;

let phone: FakePhone;
let stuck: ReadonlySet<number>;
let failing: Script;
let failures: number;
let server: FakeServer;
let push: Push;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
  stuck = new Set();
  failing = () => refusal(500, 'internal');
  failures = 0;
  server = new FakeServer((request) => {
    if (!request.operations.some(({ seq }) => stuck.has(seq))) return accepting(request);
    failures++;
    return failing(request);
  });
  push = new Push({ ...phone.tools, server: server.server, vitals: () => Promise.resolve({ persisted: null, battery: null }) });
});

afterEach(() => phone.bulletin.close());

async function record(count: number): Promise<void> {
  await phone.outbox.appendAll(Array<Draft>(count).fill(ARRIVE));
}

async function waiting(): Promise<readonly number[]> {
  return (await phone.outbox.queuedAfter(0, 999)).map(({ seq }) => seq);
}

function sent(): number[][] {
  return server.requests.map(({ operations }) => operations.map(({ seq }) => seq));
}

/** As a phone that has given up larger batches. */
async function oneByOne(): Promise<void> {
  stuck = new Set(await waiting());
  while (sent().at(-1)?.length !== 1) await push.round();
  server.requests.length = 0;
}

const kinds: readonly (readonly [string, Script])[] = [
  ['a bug', () => refusal(500, 'internal')],
  ['a refusal', () => refusal(403, 'forbidden')],
  ["a proxy's page", fake.portal],
  ['a line that is cut', fake.networkError],
];
const sets: readonly (readonly number[])[] = [[1], [40], [1, 2, 3, 4, 5], [7, 8, 21, 22, 39], [1, 3, 5, 7, 9, 11, 40], [20]];

test.each(kinds.flatMap(([kind, script]) => sets.map((set) => [kind, set, script] as const)))(
  'where %s meets operations %j for ever, all others arrive, and those stay',
  async (_, set, script) => {
    await record(40);
    [stuck, failing] = [new Set(set), script];
    for (let round = 0; (await waiting()).length > set.length && round < MOST_ROUNDS; round++) {
      failures = 0;
      expect(await push.round()).toEqual(FAILED);
      expect(failures).toBeLessThanOrEqual(2);
    }
    expect(await waiting()).toEqual(set);
    await record(3);
    for (let round = 0; (await waiting()).length > set.length && round < MOST_ROUNDS; round++) await push.round();
    expect(await waiting()).toEqual(set);
    stuck = new Set();
    for (let round = 0; round < 2; round++) await push.round();
    expect(await phone.outbox.countUnsettled()).toBe(0);
  },
);

test('once it is known to fail alone, what is recorded goes out with the next round, in ever larger batches', async () => {
  await record(1 + 8);
  await oneByOne(); // the last two requests of which were for 1 and 2
  stuck = new Set([1]);
  expect(await push.round()).toEqual(FAILED);
  expect(sent()).toEqual([[1], [3], [4, 5], [6, 7, 8, 9]]);
  await record(1);
  server.requests.length = 0;
  expect(await push.round()).toEqual(FAILED);
  expect(sent()).toEqual([[1], [2], [10]]);
});

test('a server that is down is asked twice in a round at most, and hears everything in order when it is back', async () => {
  await record(5);
  await oneByOne();
  for (let round = 0; round < 4; round++) await push.round();
  expect(sent()).toEqual([[1], [3], [1], [4], [1], [5], [1]]);
  stuck = new Set();
  server.requests.length = 0;
  await push.round();
  expect(sent()).toEqual([[1], [2, 3], [4, 5]]);
});

test('a server that asks for time is not asked again in that round', async () => {
  await record(3);
  await oneByOne();
  failing = () => refusal(503, 'unavailable', { retryAfter: 7 });
  expect(await push.round()).toEqual({ kind: 'failed', retryAfterMs: 7_000 });
  expect(sent()).toEqual([[1]]);
});

test('one for which the server asks for time for ever keeps no other back, and each time it is waited for', async () => {
  await record(6);
  await oneByOne();
  [stuck, failing] = [new Set([1, 4]), () => refusal(503, 'unavailable', { retryAfter: 7 })];
  for (let round = 0; round < 9; round++) {
    failures = 0;
    expect(await push.round()).toEqual({ kind: 'failed', retryAfterMs: 7_000 });
    expect(failures).toBe(1);
  }
  expect(await waiting()).toEqual([1, 4]);
  for (const still of [[1], []]) {
    stuck = new Set(still);
    for (let round = 0; round < 3; round++) await push.round();
    expect(await waiting()).toEqual(still);
  }
});

test('what was recorded while the server was given time goes out with what waited, in one round', async () => {
  await record(1);
  [stuck, failing] = [new Set([1]), () => refusal(503, 'unavailable', { retryAfter: 7 })];
  await push.round();
  stuck = new Set();
  await record(1);
  expect((await push.round()).kind).toBe('rest');
  expect(await waiting()).toEqual([]);
});
