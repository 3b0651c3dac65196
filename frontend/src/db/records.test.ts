import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test } from 'vitest';
import { sumOf } from '../rules/checksum';
import { liveAfter, Records, type Position, type Row } from './records';

const CURSOR: Position = { stream: 'roster:e', seq: 5, epoch: 'one', count: 2, pulledAt: 1 };

function row(key: string, name = key, seq = 1): Row {
  return { kind: 'person', key, seq, body: { name } };
}

async function rows(records: Records, stream = 'roster:e'): Promise<Row[]> {
  const buckets = await records.buckets(stream, 'all');
  return buckets.flatMap((bucket) => bucket.rows).sort((a, b) => (a.key < b.key ? -1 : 1));
}

let records: Records;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  records = new Records();
});

test('replace puts a snapshot in the place of the whole stream, and of no other', async () => {
  await records.replace({ ...CURSOR, stream: 'attendance:v' }, [row('x')]);
  await records.replace(CURSOR, [row('a'), row('b')]);
  await records.replace({ ...CURSOR, seq: 9 }, [row('b', 'changed')]);
  expect(await rows(records)).toEqual([row('b', 'changed')]);
  expect(await rows(records, 'attendance:v')).toEqual([row('x')]);
  expect((await records.cursors()).map(({ seq }) => seq)).toEqual([5, 9]);
});

test('apply changes, adds and deletes, and moves the cursor with them', async () => {
  await records.replace(CURSOR, [row('a'), row('b')]);
  const applied = await records.apply(5, { ...CURSOR, seq: 8 }, [
    { seq: 6, kind: 'person', key: 'a', deleted: true },
    { seq: 7, kind: 'person', key: 'b', deleted: false, body: { name: 'changed' } },
    { seq: 8, kind: 'person', key: 'c', deleted: false, body: { name: 'c' } },
  ]);
  expect(applied?.touched.length).toBeGreaterThan(0);
  expect(await rows(records)).toEqual([row('b', 'changed', 7), row('c', 'c', 8)]);
  expect((await records.cursors())[0]?.seq).toBe(8);
});

test('apply tells which buckets to read again', async () => {
  await records.replace(CURSOR, [row('a'), row('b')]);
  const change = { seq: 6, kind: 'person', key: 'b', deleted: false, body: { name: 'new' } };
  const applied = await records.apply(5, { ...CURSOR, seq: 6 }, [change]);
  const again = await records.buckets('roster:e', applied?.touched ?? []);
  expect(again.flatMap((bucket) => bucket.rows)).toEqual([row('b', 'new', 6)]);
});

test.each([
  ['does not begin at the cursor', 4, 'one'],
  ['is of another epoch', 5, 'two'],
])('apply changes nothing when the page %s', async (_, after, epoch) => {
  const before = await records.replace(CURSOR, [row('a')]);
  const change = { seq: 6, kind: 'person', key: 'a', deleted: true };
  expect(await records.apply(after, { ...CURSOR, seq: 6, epoch }, [change])).toBeNull();
  expect(await rows(records)).toEqual([row('a')]);
  expect(await records.cursors()).toEqual([before]);
});

test('while pages are to come a stream is whole up to where it was', async () => {
  await records.replace(CURSOR, [row('a')]);
  const whole = async (): Promise<unknown> => [(await records.cursor('roster:e'))?.seq, (await records.cursor('roster:e'))?.whole];
  const page = (after: number, seq: number, more: boolean): Promise<unknown> => records.apply(after, { ...CURSOR, seq }, [], more);
  await page(5, 7, true);
  await page(7, 8, true);
  expect(await whole()).toEqual([8, 5]);
  await page(8, 9, false);
  expect(await whole()).toEqual([9, undefined]);
});

test('erase leaves nothing of a stream', async () => {
  await records.replace(CURSOR, [row('a')]);
  await records.erase('roster:e');
  expect([await rows(records), await records.cursors()]).toEqual([[], []]);
});

async function standing(): Promise<[number[], Row[]]> {
  return [(await records.cursors()).map(({ seq }) => seq), await rows(records)];
}

test('of snapshots that were asked for together the first one stays', async () => {
  await records.replace(CURSOR, [row('a')]);
  const [held, quicker] = [await records.begin('roster:e'), await new Records().begin('roster:e')];
  expect((await records.replace({ ...CURSOR, seq: 7 }, [row('b')], quicker))?.seq).toBe(7);
  expect(await records.replace(CURSOR, [row('a')], held)).toBeNull();
  expect(await records.replace({ ...CURSOR, seq: 9 }, [row('c')], held)).toBeNull();
  expect(await standing()).toEqual([[7], [row('b')]]);
});

test.each([
  ['was held', true],
  ['was never held', false],
])('a snapshot from before a stream that %s was erased is not put in place', async (_, before) => {
  if (before) await records.replace(CURSOR, [row('a')]);
  const held = await records.begin('roster:e');
  await records.erase('roster:e');
  expect(await records.replace(CURSOR, [row('a')], held)).toBeNull();
  const again = await records.begin('roster:e');
  expect(await records.replace(CURSOR, [row('a')], held)).toBeNull();
  expect(await standing()).toEqual([[], []]);
  expect(await records.replace(CURSOR, [row('a')], again)).not.toBeNull();
});

test('a snapshot takes back no page that was applied since it was begun', async () => {
  await records.replace(CURSOR, [row('a')]);
  const mark = await records.begin('roster:e');
  await records.apply(5, { ...CURSOR, seq: 7 }, [{ seq: 7, kind: 'person', key: 'b', deleted: false, body: { name: 'b' } }]);
  expect(await records.replace({ ...CURSOR, seq: 6 }, [row('c')], mark)).toBeNull();
  expect(await standing()).toEqual([[7], [row('a'), row('b', 'b', 7)]]);
  expect((await records.replace({ ...CURSOR, seq: 7 }, [row('c')], mark))?.seq).toBe(7);
});

test.each<[string, Partial<Position>, () => Promise<void>]>([
  ['a new epoch began', { seq: 1, epoch: 'two' }, () => Promise.resolve()],
  ['the cursors were dropped', { seq: 1 }, () => records.dropCursors()],
  ['what is held is not what the server has', {}, () => records.noteMismatch('roster:e', 7)],
])('a snapshot is taken where %s', async (_, changed, happens) => {
  await records.replace(CURSOR, [row('a')]);
  await happens();
  const mark = await records.begin('roster:e');
  expect(await records.replace({ ...CURSOR, ...changed }, [row('b')], mark)).toMatchObject({ ...CURSOR, ...changed });
  expect(await rows(records)).toEqual([row('b')]);
});

test('a snapshot under way is no row, and nothing is left of it once one is in place', async () => {
  await records.replace(CURSOR, [row('a')]);
  const mark = await records.begin('roster:e');
  expect([await rows(records), await records.isWhole('roster:e')]).toEqual([[row('a')], true]);
  await records.replace(CURSOR, [row('b')], mark);
  await records.close();
  const database = await openDB('eventsync-records-2');
  const stored = await database.getAll('buckets');
  database.close();
  expect(stored.filter((bucket: { mark?: string }) => bucket.mark !== undefined)).toEqual([]);
});

test('dropped cursors keep the rows on the screen', async () => {
  await records.replace(CURSOR, [row('a')]);
  await records.dropCursors();
  expect((await records.cursors())[0]?.epoch).toBe('');
  expect(await rows(records)).toEqual([row('a')]);
});

test('the sum is kept up with every page, as if all were summed up again', async () => {
  await records.replace(CURSOR, [row('a'), row('b'), row('c')]);
  let random = 7;
  const next = (below: number): number => (random = (random * 48271) % 2147483647) % below;
  let after = CURSOR.seq;
  for (let page = 0; page < 30; page++) {
    const changes = Array.from({ length: next(9) }, (_, at) => {
      const version = { seq: after + 1 + at, kind: 'person', key: `p${next(20)}` };
      return next(3) === 0 ? { ...version, deleted: true } : { ...version, deleted: false, body: { page } };
    });
    const seq = after + changes.length;
    const applied = await records.apply(after, { ...CURSOR, seq }, changes);
    expect(applied?.cursor).toEqual({ ...CURSOR, seq, ...sumOf(await rows(records)), mismatchAt: null });
    after = seq;
  }
  expect((await rows(records)).length).toBeGreaterThan(5);
  expect(await records.isWhole('roster:e')).toBe(true);
});

test('a row that went missing is noticed', async () => {
  await records.replace(CURSOR, [row('a'), row('b')]);
  await records.close();
  const database = await openDB('eventsync-records-2');
  for (const bucket of await database.getAll('buckets')) await database.put('buckets', { ...bucket, json: '[]' });
  database.close();
  expect(await records.isWhole('roster:e')).toBe(false);
});

test('of changes in order the last of each record is live', () => {
  const changes = [
    { seq: 1, kind: 'person', key: 'a', deleted: false, body: { name: 'a' } },
    { seq: 2, kind: 'person', key: 'b', deleted: false, body: { name: 'b' } },
    { seq: 3, kind: 'person', key: 'b', deleted: true },
    { seq: 4, kind: 'person', key: 'a', deleted: false, body: { name: 'new' } },
  ];
  expect(liveAfter(changes)).toEqual([row('a', 'new', 4)]);
});

test('what an older version pulled is thrown away', async () => {
  (await openDB('eventsync-records-1', 1)).close();
  await records.cursors();
  await records.forgetOlder();
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['eventsync-records-2']);
});
