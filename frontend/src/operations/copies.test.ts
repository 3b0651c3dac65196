import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Carried, Enrolment } from '../contract/protocol';
import { Outbox, type Draft } from '../db/outbox';
import { Bulletin, type News } from '../platform/bulletin';
import { Copies } from './copies';
import { writeOutboxFile } from './outboxfile';

const OTHER = '0190b0a2-0000-7000-8000-00000000000b';
const ARRIVE: Draft = { kind: 'checkin.arrive', refers_to: null, payload: { checkpoint: 'c', person: 'p', method: 'search' } };
const SESSION: Enrolment = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: ['checkin.arrive'],
};

let outbox: Outbox;
let bulletin: Bulletin;
let news: News[];
let kicked: number;
let copies: Copies;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  outbox = new Outbox();
  await outbox.remember('session', SESSION);
  bulletin = new Bulletin();
  news = [];
  bulletin.listen((each) => news.push(each));
  kicked = 0;
  copies = new Copies(outbox, bulletin, () => kicked++);
});

afterEach(() => bulletin.close());

/** What another phone, or this one, kept of `count` operations; not in this outbox. */
async function copy(count: number, device = OTHER): Promise<Blob> {
  const elsewhere = new Outbox('elsewhere');
  const known = (await elsewhere.all()).length;
  for (let at = known; at < count; at++) await elsewhere.append(ARRIVE);
  const rows = (await elsewhere.all()).slice(0, count);
  await elsewhere.close();
  return new Blob([writeOutboxFile({ device, event: SESSION.event }, rows, 0).text]);
}

async function carried(): Promise<Carried[]> {
  return (await outbox.all()).map(({ operation }) => operation).filter((each): each is Carried => each.device !== undefined);
}

test('another phone’s records wait to be sent as its own, in order, after this phone’s', async () => {
  const before = await outbox.append(ARRIVE);
  expect(await copies.takeOver(await copy(3))).toEqual({
    good: true,
    text: '3 records taken over, safe on this phone. It sends them by itself.',
  });
  const after = await outbox.append(ARRIVE);
  expect([before.seq, after.seq]).toEqual([1, 2]);
  const queue = (await outbox.queuedAfter(0, 9)).map(({ operation }) => [operation.device, operation.seq]);
  expect(queue).toEqual([[undefined, 1], [undefined, 2], [OTHER, 1], [OTHER, 2], [OTHER, 3]]); // prettier-ignore
  expect([news, kicked]).toEqual([[{ topic: 'outbox', ids: 'all' }], 1]);
});

test('the same file again adds nothing; a later one adds what is new', async () => {
  await copies.takeOver(await copy(2));
  expect(await copies.takeOver(await copy(2))).toEqual({
    good: true,
    text: 'Nothing new: 2 records in this copy, and this phone has them already.',
  });
  expect((await copies.takeOver(await copy(3))).text).toContain('1 record taken over');
  expect((await carried()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(new Set((await outbox.all()).map(({ seq }) => seq)).size).toBe(3);
});

test('this phone’s own copy brings its records back under their own numbers', async () => {
  const file = await copy(3, await outbox.device());
  await copies.takeOver(file);
  expect(await carried()).toEqual([]);
  expect((await outbox.all()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect((await outbox.append(ARRIVE)).seq).toBe(4);
});

test('what is carried can be passed on, still as its author’s', async () => {
  await copies.takeOver(await copy(1));
  const { text } = writeOutboxFile({ device: await outbox.device(), event: SESSION.event }, await outbox.all(), 0);
  expect(text).toContain(`"device":"${OTHER}"`);
});

test('a broken file says how much of it is missing and keeps the rest', async () => {
  const file = await copy(3);
  const told = await copies.takeOver(file.slice(0, file.size - 9));
  expect(told).toEqual({
    good: false,
    text:
      '2 records taken over, safe on this phone. It sends them by itself. ' +
      '1 record of this copy cannot be read: the file is broken or was cut off. Please make the copy again.',
  });
  expect((await carried()).length).toBe(2);
});

test('a file that is far too large is not even read', async () => {
  const file = { size: 33 * 1024 * 1024 } as Blob;
  expect(await copies.takeOver(file)).toMatchObject({ good: false, text: expect.stringContaining('their desk can') as unknown });
  expect([await outbox.all(), kicked]).toEqual([[], 0]);
});

test.each([
  ['shares it', () => Promise.resolve(), 'A copy of 1 record was shared.', []],
  ['is told of nobody to share with', () => Promise.reject(new DOMException('', 'AbortError')), 'Nothing was shared.', []],
  ['does not share such files', () => Promise.reject(new DOMException('', 'NotAllowedError')), 'was saved among', ['click']],
])('a browser that %s', async (_, share, text, clicks) => {
  await outbox.append(ARRIVE);
  const clicked: string[] = [];
  const shared: File[] = [];
  vi.stubGlobal('document', { createElement: () => ({ click: () => clicked.push('click') }) });
  vi.stubGlobal('navigator', { share: ({ files }: { files: File[] }) => (shared.push(...files), share()) });
  expect((await copies.share()).text).toContain(text);
  expect(shared.map(({ name }) => name.replace(/^.*(?=\.ndjson)/, ''))).toEqual(['.ndjson.txt']);
  expect(clicked).toEqual(clicks);
  vi.unstubAllGlobals();
});

test('what waits here is shown as codes, and another phone takes it over by its camera', async () => {
  const [settled, second, third] = [await outbox.append(ARRIVE), await outbox.append(ARRIVE), await outbox.append(ARRIVE)];
  await outbox.beginEpoch('epoch-1');
  const verdict = { verdict: 'accepted', flags: [], code: null, message: null, at: {}, server_time: '2026-11-22T10:00:00.000Z' } as const;
  await outbox.settle(new Map([[settled.id, verdict]]), await outbox.era());
  const giver = await outbox.device();
  const shown = await copies.show();
  expect(shown.count).toBe(2);
  expect(await outbox.countUnsettled()).toBe(2);

  const other = new Outbox('other-phone');
  await other.remember('session', SESSION);
  const see = new Copies(other, bulletin, () => kicked++).reader();
  const told = [];
  for (const frame of shown.frames ?? []) told.push(await see(frame));
  expect(told.at(-1)).toEqual({ good: true, text: '2 records taken over, safe on this phone. It sends them by itself.' });
  expect((await other.all()).map(({ id, operation }) => [id, operation.device])).toEqual(
    [second, third].map(({ id }) => [id, giver]),
  );
  expect(await see(shown.frames?.[0] ?? '')).toBeNull();
  await other.close();
});

test('a phone on which nothing waits has no codes to show', async () => {
  expect(await copies.show()).toEqual({ count: 0, frames: [] });
});

test('codes of another event, and of a newer app, are refused in plain words', async () => {
  await outbox.append(ARRIVE);
  const { frames } = await copies.show();
  const frame = frames?.[0] ?? '';
  await outbox.remember('session', { ...SESSION, event: { ...SESSION.event, id: 'another' } });
  const see = copies.reader();
  const told = [];
  for (const each of frames ?? []) told.push(await see(each));
  expect(told.at(-1)).toEqual({
    good: false,
    text: 'This copy is of another event. Take it over with a phone of that event.',
  });
  expect(await copies.reader()(frame.replace('handover/1/', 'handover/9/'))).toMatchObject({ good: false });
  expect(await copies.reader()('7693-GYQH-EMVH')).toBeNull();
});
