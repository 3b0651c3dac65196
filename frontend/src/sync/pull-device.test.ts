// What a phone is told of itself, in its own stream: verdicts after a re-run, and another profile.

import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Change, Profile } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';
import type { News } from '../platform/bulletin';
import { FAILED, FakePhone, heads, REST } from './fake-phone';
import * as fake from './fake-server';
import { EPOCH, json, NOW, page } from './fake-server';

let phone: FakePhone;

beforeEach(async () => {
  phone = await FakePhone.enrolled();
});

afterEach(() => {
  phone.bulletin.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const DEVICE = 'device:d';
const ASIDE = { verdict: 'quarantined', flags: [], code: 'invalid_payload', message: 'No such checkpoint.', at: {} } as const;
const APPLIED = { verdict: 'flagged', flags: ['wrong_scope'], at: { 'attendance:v': 12 } };

function verdict(seq: number, id: string): Change {
  return { seq, kind: 'verdict', key: id, deleted: false, body: { id, ...APPLIED } };
}

async function keptAside(): Promise<OutboxRow> {
  const row = await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} });
  await phone.outbox.settle(new Map([[row.id, { ...ASIDE, server_time: '2026-11-22T09:00:00.000Z' }]]), await phone.outbox.era());
  return row;
}

test('a verdict after a re-run replaces the one that was given, whether it comes in a snapshot or as news', async () => {
  const [first, second] = [await keptAside(), await keptAside()];
  const one = (): Response => heads(1, { streams: [DEVICE] });
  phone.fakeServer.next(one, () => page({ stream: DEVICE, changes: [verdict(1, first.id), verdict(1, 'of-nobody')] }));
  await phone.pull.round();
  const settled = { ...APPLIED, code: null, message: null, server_time: NOW, epoch: EPOCH };
  expect((await phone.outbox.all()).map((row) => row.settled?.verdict)).toEqual(['flagged', 'quarantined']);
  const two = (): Response => heads(2, { streams: [DEVICE] });
  phone.fakeServer.next(two, () => page({ stream: DEVICE, after: 1, changes: [verdict(2, second.id)] }));
  await phone.pull.round();
  expect((await phone.outbox.all()).map((row) => row.settled)).toEqual([settled, settled]);
});

test('a verdict of a kind that this version does not know changes nothing', async () => {
  const row = await keptAside();
  const strange = { ...verdict(1, row.id), body: { id: row.id, verdict: 'sideways' } };
  phone.fakeServer.next(() => heads(1, { streams: [DEVICE] }), () => page({ stream: DEVICE, changes: [strange] }));
  expect(await phone.pull.round()).toEqual(REST);
  expect((await phone.outbox.all()).map((each) => each.settled?.verdict)).toEqual(['quarantined']);
});

function profiled(seq: number, more: Partial<Profile> = {}): Change {
  const body = { name: 'door', retain_hours: 72, roster_hours: 72, revoked: false, ...more };
  return { seq, kind: 'profile', key: 'd', deleted: false, body };
}

const own = (head: number, durable?: string): Response => heads(head, { streams: [DEVICE], ...(durable ? { durable } : {}) });
const DESCRIBED = {
  device: 'd',
  profile: { name: 'lead', retain_hours: 200, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo games', tz: 'Europe/Oslo' },
  streams: [],
  operations: ['checkin.arrive', 'checkin.void'],
  epoch: EPOCH,
  server_time: NOW,
};

test('a profile that is the session’s own asks for nothing', async () => {
  phone.fakeServer.next(() => own(1), () => page({ stream: DEVICE, changes: [profiled(1)] }));
  await phone.pull.round();
  expect(phone.asked()).toEqual(['streams', 'streams/device%3Ad/changes?after=0']);
});

test('a changed profile is asked about, and what this phone may do follows; the token stays', async () => {
  const news: News[] = [];
  phone.bulletin.listen((each) => news.push(each));
  const changed = profiled(1, { name: 'lead', retain_hours: 200 });
  phone.fakeServer.next(() => own(1), () => page({ stream: DEVICE, changes: [changed] }), () => json(DESCRIBED));
  expect(await phone.pull.round()).toEqual(REST);
  expect(phone.asked().at(-1)).toBe('device');
  const { profile, event, operations } = DESCRIBED;
  expect(await phone.outbox.read('session')).toEqual({ token: 'secret', profile, event, operations });
  expect(news).toContainEqual({ topic: 'session' });
});

test('while nobody says what a changed profile means, the cursor waits', async () => {
  const changed = (): Response => page({ stream: DEVICE, changes: [profiled(1, { name: 'lead' })] });
  phone.fakeServer.next(() => own(1), changed, fake.networkError);
  expect(await phone.pull.round()).toEqual(FAILED);
  expect(await phone.records.cursors()).toEqual([]);
  phone.fakeServer.next(() => own(1), changed, () => json(DESCRIBED));
  expect(await phone.pull.round()).toEqual(REST);
  expect((await phone.outbox.read('session'))?.profile.name).toBe('lead');
});

test('a phone that was enrolled anew meanwhile keeps its new session', async () => {
  const anew = { ...(await phone.outbox.read('session'))!, token: 'newer' };
  phone.fakeServer.next(
    () => own(1),
    () => page({ stream: DEVICE, changes: [profiled(1, { name: 'lead' })] }),
    async () => {
      await phone.outbox.remember('session', anew);
      return json(DESCRIBED);
    },
  );
  await phone.pull.round();
  expect(await phone.outbox.read('session')).toEqual(anew);
});

test('what is let go follows the new profile at once', async () => {
  const old = Date.parse(NOW) - 100 * 3_600_000;
  const row = await phone.outbox.append({ kind: 'checkin.arrive', refers_to: null, payload: {} }, old);
  const settled = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: new Date(old).toISOString() } as const;
  await phone.outbox.settle(new Map([[row.id, settled]]), await phone.outbox.era());
  const changed = (): Response => page({ stream: DEVICE, changes: [profiled(1, { retain_hours: 200 })] });
  phone.fakeServer.next(() => own(1, NOW), changed, () => json(DESCRIBED));
  await phone.pull.round();
  expect((await phone.outbox.all()).length).toBe(1);
});
