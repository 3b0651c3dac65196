// What a push tells of the phone itself: docs/protocol.md, section 3.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Enrolment } from '../contract/protocol';
import { Outbox, type Draft } from '../db/outbox';
import { Records } from '../db/records';
import { Bulletin } from '../platform/bulletin';
import type { Vitals } from '../platform/vitals';
import { accepting, EPOCH, FakeServer, NOW } from './fake-server';
import { Push } from './push';
import type { Report } from './report';

const SESSION: Enrolment = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: ['checkin.arrive'],
};
const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };
const REST = { kind: 'rest', ms: 60_000 };

let outbox: Outbox;
let fakeServer: FakeServer;
let reports: Report[];
let bulletin: Bulletin;
let visible: boolean;
let records: Records;
let vitals: Vitals;
let push: Push;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
  await outbox.beginEpoch(EPOCH);
  await outbox.remember('session', SESSION);
  fakeServer = new FakeServer(accepting);
  reports = [];
  visible = true;
  records = new Records();
  vitals = { persisted: null, battery: null };
  bulletin = new Bulletin();
  push = new Push({
    server: fakeServer.server,
    outbox,
    records,
    vitals: () => Promise.resolve(vitals),
    bulletin,
    report: (report) => reports.push(report),
    isVisible: () => visible,
  });
});

afterEach(() => {
  bulletin.close();
  vi.useRealTimers();
});

async function record(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await outbox.append(ARRIVE)).id);
  return ids;
}

test('tells once that something waits which cannot be sent, when the screen is on', async () => {
  const [id] = await record(1);
  await outbox.setAside(id ?? '', 'unreadable');
  visible = false;
  await push.round();
  expect(fakeServer.requests).toEqual([]);
  visible = true;
  await push.round();
  await push.round();
  expect(fakeServer.requests.map(({ operations, pending }) => [operations.length, pending])).toEqual([[0, 1]]);
});

function beats(): Record<string, unknown>[] {
  return fakeServer.requests.map(({ body: { protocol: _, sent_at: __, operations: ___, ...beat } }) => beat);
}

test('every push says how the phone is, as far as that is known', async () => {
  await record(2);
  const [, second] = await outbox.all();
  await outbox.setAside(second!.id, 'unreadable');
  await outbox.carry([{ ...second!.operation, id: '0190b0a2-0000-7000-8000-00000000000c', device: '0190b0a2-0000-7000-8000-00000000000b' }]);
  await push.round();
  const oldest_unsent = second!.operation.occurred_at;
  expect(beats()).toEqual([{ pending: 1, oldest_unsent }]);

  await records.replace({ stream: 'roster:e', seq: 41, epoch: EPOCH, count: null, pulledAt: 0 }, []);
  vitals = { persisted: true, battery: 65 };
  await outbox.takeUpAgain();
  await push.round();
  const known = { roster_version: 41, storage_persisted: true, battery: 65 };
  expect(beats().at(-1)).toEqual({ pending: 0, oldest_unsent: null, ...known });
});

test('who has the phone now is told, so that organisers find it', async () => {
  await outbox.remember('actor', 'Maria');
  await record(1);
  await push.round();
  await outbox.remember('actor', 'Ben');
  await record(1);
  await push.round();
  expect(beats().map(({ holder }) => holder)).toEqual(['Maria', 'Ben']);
});

test('a kiosk has no holder, and tells how old its own list is', async () => {
  const session = await outbox.read('session');
  await outbox.remember('session', { ...session!, profile: { ...session!.profile, name: 'kiosk' } });
  await outbox.remember('actor', 'Maria');
  await records.replace({ stream: 'kiosk:e', seq: 12, epoch: EPOCH, count: null, pulledAt: 0 }, []);
  await record(1);
  await push.round();
  expect(beats()).toEqual([{ pending: 0, oldest_unsent: null, roster_version: 12 }]);
});

test('lists that cannot be read keep nothing back', async () => {
  await record(1);
  vi.spyOn(records, 'cursors').mockRejectedValue(new DOMException('gone', 'UnknownError'));
  expect(await push.round()).toEqual(REST);
  expect(await outbox.countUnsettled()).toBe(0);
});

test('a change is told at most once in 60 s, and only while a person looks', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  vitals = { persisted: true, battery: 50 };
  await push.round();
  vitals = { persisted: true, battery: 45 };
  vi.setSystemTime(1_059_000);
  await push.round();
  expect(beats().map(({ battery }) => battery)).toEqual([50]);
  vi.setSystemTime(1_060_000);
  visible = false;
  await push.round();
  visible = true;
  await push.round();
  await push.round();
  expect(beats().map(({ battery }) => battery)).toEqual([50, 45]);
});

test('that nothing waits any more is told at once, whoever looks', async () => {
  const [id] = await record(1);
  await outbox.setAside(id ?? '', 'unreadable');
  await push.round();
  visible = false;
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: NOW } as const;
  await outbox.settle(new Map([[id ?? '', settled]]), await outbox.era());
  await push.round();
  expect(beats().map(({ pending }) => pending)).toEqual([1, 0]);
});
