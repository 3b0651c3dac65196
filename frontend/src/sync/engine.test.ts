// The two loops side by side, as tabs of one browser have them: docs/protocol.md, section 7.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StorageError } from '../db/connection';
import { Outbox, type Draft } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import { Engine } from './engine';
import { ABC, heads, STREAM } from './fake-phone';
import * as fake from './fake-server';
import { accepting, EPOCH, FakeServer, page, refusal, type Script } from './fake-server';
import { pass, stopTime } from './fake-time';
import type { Report } from './report';

const SESSION = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: ['checkin.arrive'],
};
const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: {} };

/** The browser's Web Locks, as far as the app uses them. */
class FakeLocks {
  readonly asked: string[] = [];
  #held = new Set<string>();

  request = async (name: string, { ifAvailable }: LockOptions, task: (lock: object | null) => unknown): Promise<unknown> => {
    if (ifAvailable !== true) throw new Error('a tab that waits would send again what another one has just sent');
    this.asked.push(name);
    if (this.#held.has(name)) return task(null);
    this.#held.add(name);
    try {
      return await task({ name });
    } finally {
      this.#held.delete(name);
    }
  };
}

/** Its server answers pushes by `push`, and all else by `pull`. */
class FakeTab {
  push: Script = accepting;
  pull: Script = ({ path }) => (path === 'streams' ? heads(3) : page({ changes: ABC }));
  visible = true;
  readonly reports: Report[] = [];
  readonly sockets: { onmessage?: (event: { data: string }) => void; closed: boolean }[] = [];
  readonly outbox = new Outbox();
  readonly records = new Records();
  readonly bulletin = new Bulletin();
  readonly fakeServer = new FakeServer((request) => (request.path === 'push' ? this.push(request) : this.pull(request)));
  readonly engine = new Engine({
    server: this.fakeServer.server,
    outbox: this.outbox,
    records: this.records,
    bulletin: this.bulletin,
    report: (report) => this.reports.push(report),
    vitals: () => Promise.resolve({ persisted: null, battery: null }),
    isVisible: () => this.visible,
    openSocket: () => {
      const socket = { closed: false, close: () => void (socket.closed = true) };
      this.sockets.push(socket);
      return socket as unknown as WebSocket;
    },
  });

  constructor() {
    tabs.push(this);
  }

  pushes(): string[][] {
    return this.fakeServer.requests.filter(({ operations }) => operations.length > 0).map(({ operations }) => operations.map(({ id }) => id));
  }

  /** How often it began to pull. */
  pulls(): number {
    return this.fakeServer.requests.filter(({ path }) => path === 'streams').length;
  }

  async unsettled(): Promise<number> {
    return this.outbox.countUnsettled();
  }

  async record(): Promise<string> {
    return (await this.outbox.append(ARRIVE)).id;
  }

  async held(): Promise<string[]> {
    const buckets = await this.records.buckets(STREAM, 'all');
    return buckets.flatMap(({ rows }) => rows.map(({ key }) => key)).sort();
  }
}

let tabs: FakeTab[] = [];
let locks: FakeLocks;
let tab: FakeTab;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  locks = new FakeLocks();
  vi.stubGlobal('navigator', { locks, languages: ['en'] });
  stopTime();
  // Tries come 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s after the first.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  tab = new FakeTab();
  await tab.outbox.beginEpoch(EPOCH);
  await tab.outbox.remember('session', SESSION);
});

afterEach(async () => {
  for (const { engine } of tabs) engine.stop();
  // What is under way still wants to tell the others.
  await pass(100);
  for (const { bulletin } of tabs) bulletin.close();
  tabs = [];
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('one tab at a time pushes and pulls; the next one has its turn when that is done', async () => {
  let answer: () => void = () => undefined;
  const later = new Promise<void>((resolve) => (answer = resolve));
  tab.push = (request) => later.then(() => accepting(request));
  tab.pull = fake.never;
  const id = await tab.record();
  tab.engine.both();
  await pass(100);
  const other = new FakeTab();
  other.engine.both();
  await pass(6_000);
  expect([tab.pushes(), tab.pulls()]).toEqual([[[id]], 1]);
  expect(other.fakeServer.requests).toEqual([]);
  // It did try: at once, and again after 5 s.
  expect([...locks.asked].sort()).toEqual([...Array(3).fill('eventsync-pull'), ...Array(3).fill('eventsync-push')]);
  answer();
  tab.engine.stop();
  await pass(20_000);
  expect([other.pushes(), await other.unsettled(), other.pulls() > 0]).toEqual([[], 0, true]);
});

test('a browser without locks exchanges all the same', async () => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  await tab.record();
  tab.engine.both();
  await pass(500);
  expect([await tab.unsettled(), await tab.held()]).toEqual([0, ['a', 'b', 'c']]);
});

test('a push that settled something is followed by a pull, one that had nothing to send is not', async () => {
  tab.visible = false;
  tab.engine.both();
  await pass(1_000);
  expect(tab.pulls()).toBe(1);
  tab.engine.push();
  await pass(1_000);
  expect(tab.pulls()).toBe(1);
  await tab.record();
  tab.engine.push();
  await pass(1_000);
  expect([tab.pushes().length, await tab.unsettled(), tab.pulls()]).toEqual([1, 0, 2]);
});

test('what was recorded is sent after the screen has said so', async () => {
  await tab.record();
  tab.engine.push();
  await pass(100);
  expect(tab.pushes()).toEqual([]);
  await pass(100);
  expect(tab.pushes().length).toBe(1);
});

const FAULTS: [string, Script][] = [
  ['answer 500', () => refusal(500, 'handler_error')],
  ['meet no network', fake.networkError],
  ['get no answer', fake.never],
  ['are refused', () => refusal(403, 'forbidden')],
];

test.each(FAULTS)('uploads that %s stop no download', async (_, fault) => {
  tab.push = fault;
  const id = await tab.record();
  tab.engine.both();
  await pass(1_000);
  expect(await tab.held()).toEqual(['a', 'b', 'c']);
  tab.pull = ({ path }) => (path === 'streams' ? heads(4) : page({ after: 3, changes: [fake.put(4, 'd')] }));
  await pass(40_000);
  expect(await tab.held()).toEqual(['a', 'b', 'c', 'd']);
  // Each 5 s, while a person looks and no socket lives.
  expect(tab.pulls()).toBeGreaterThanOrEqual(8);
  expect([tab.pushes().length > 1, await tab.unsettled()]).toEqual([true, 1]);
  tab.push = accepting;
  tab.engine.both();
  await pass(22_000);
  expect([tab.pushes().at(-1), await tab.unsettled()]).toEqual([[id], 0]);
});

test.each(FAULTS)('downloads that %s stop no upload', async (_, fault) => {
  tab.pull = fault;
  for (let count = 1; count <= 3; count++) {
    await tab.record();
    tab.engine.push();
    await pass(1_000);
    expect([tab.pushes().length, await tab.unsettled()]).toEqual([count, 0]);
  }
  expect([tab.pulls() > 0, await tab.held()]).toEqual([true, []]);
  tab.pull = ({ path }) => (path === 'streams' ? heads(3) : page({ changes: ABC }));
  await pass(22_000);
  tab.engine.both();
  await pass(1_000);
  expect(await tab.held()).toEqual(['a', 'b', 'c']);
});

test('while nobody looks nothing polls; who looks again sees all at once', async () => {
  tab.engine.both();
  await pass(12_000);
  expect(tab.pulls()).toBe(3);
  tab.visible = false;
  tab.pull = ({ path }) => (path === 'streams' ? heads(4) : page({ after: 3, changes: [fake.put(4, 'd')] }));
  const before = tab.fakeServer.requests.length;
  await pass(600_000);
  expect([tab.fakeServer.requests.length - before, await tab.held()]).toEqual([0, ['a', 'b', 'c']]);
  tab.visible = true;
  tab.engine.both();
  await pass(200);
  expect(await tab.held()).toEqual(['a', 'b', 'c', 'd']);
  await pass(5_000);
  expect(tab.pulls()).toBe(5);
});

test('while nobody looks what cannot be had is not asked for again', async () => {
  tab.visible = false;
  tab.pull = fake.networkError;
  tab.engine.both();
  await pass(600_000);
  expect(tab.pulls()).toBe(1);
});

test('while nobody looks what was recorded is sent, as often as that takes', async () => {
  tab.visible = false;
  tab.push = fake.networkError;
  await tab.record();
  tab.engine.push();
  await pass(20_000);
  expect([tab.pushes().length > 1, tab.pulls()]).toEqual([true, 0]);
  tab.push = accepting;
  await pass(40_000);
  expect([await tab.unsettled(), tab.pulls()]).toEqual([0, 1]);
});

test('a pull that gets through after a failure wakes the push', async () => {
  [tab.push, tab.pull] = [fake.networkError, fake.networkError];
  await tab.record();
  tab.engine.both();
  await pass(20_000);
  [tab.push, tab.pull] = [accepting, () => heads(0, { streams: [] })];
  await pass(5_000);
  expect(await tab.unsettled()).toBe(1);
  tab.sockets[0]?.onmessage?.({ data: '{"ping":"now"}' });
  await pass(200);
  expect(await tab.unsettled()).toBe(0);
});

test('a loop whose storage fails says so and tries again; the other goes on', async () => {
  const failing = vi.spyOn(tab.outbox, 'queuedAfter').mockRejectedValueOnce(new StorageError('full'));
  await tab.record();
  tab.engine.both();
  await pass(3_000);
  expect(tab.reports).toContainEqual({ kind: 'storage', message: 'This phone is full. Delete some photos or apps, then try again.' });
  expect([failing.mock.calls.length > 1, await tab.unsettled(), await tab.held()]).toEqual([true, 0, ['a', 'b', 'c']]);
});

test('a poke makes it pull, and what is stopped hears none', async () => {
  tab.visible = false;
  tab.engine.both();
  await pass(1_000);
  const [socket] = tab.sockets;
  socket?.onmessage?.({ data: '{"ping":"now"}' });
  await pass(1_000);
  socket?.onmessage?.({ data: '{"poke":{"roster:e":4}}' });
  await pass(1_000);
  expect([tab.sockets.length, tab.pulls()]).toEqual([1, 3]);
  tab.engine.stop();
  expect(socket?.closed).toBe(true);
  await tab.record();
  await pass(130_000);
  expect([tab.sockets.length, tab.pulls(), tab.pushes()]).toEqual([1, 3, []]);
});
