import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { Records, type Cursor, type Row } from './records';

const CURSOR: Cursor = { stream: 'roster:e', seq: 5, epoch: 'one', count: 2, pulledAt: 1 };

function row(key: string, name = key): Row {
  return { kind: 'person', key, body: { name } };
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
  const touched = await records.apply(5, { ...CURSOR, seq: 8 }, [
    { seq: 6, kind: 'person', key: 'a', deleted: true },
    { seq: 7, kind: 'person', key: 'b', deleted: false, body: { name: 'changed' } },
    { seq: 8, kind: 'person', key: 'c', deleted: false, body: { name: 'c' } },
  ]);
  expect(touched?.length).toBeGreaterThan(0);
  expect(await rows(records)).toEqual([row('b', 'changed'), row('c')]);
  expect((await records.cursors())[0]?.seq).toBe(8);
});

test('apply tells which buckets to read again', async () => {
  await records.replace(CURSOR, [row('a'), row('b')]);
  const change = { seq: 6, kind: 'person', key: 'b', deleted: false, body: { name: 'new' } };
  const touched = await records.apply(5, { ...CURSOR, seq: 6 }, [change]);
  const again = await records.buckets('roster:e', touched ?? []);
  expect(again.flatMap((bucket) => bucket.rows)).toEqual([row('b', 'new')]);
});

test.each([
  ['does not begin at the cursor', 4, 'one'],
  ['is of another epoch', 5, 'two'],
])('apply changes nothing when the page %s', async (_, after, epoch) => {
  await records.replace(CURSOR, [row('a')]);
  const change = { seq: 6, kind: 'person', key: 'a', deleted: true };
  expect(await records.apply(after, { ...CURSOR, seq: 6, epoch }, [change])).toBeNull();
  expect(await rows(records)).toEqual([row('a')]);
  expect(await records.cursors()).toEqual([CURSOR]);
});

test('erase leaves nothing of a stream', async () => {
  await records.replace(CURSOR, [row('a')]);
  await records.erase('roster:e');
  expect([await rows(records), await records.cursors()]).toEqual([[], []]);
});

test('dropped cursors keep the rows on the screen', async () => {
  await records.replace(CURSOR, [row('a')]);
  await records.dropCursors();
  expect((await records.cursors())[0]?.epoch).toBe('');
  expect(await rows(records)).toEqual([row('a')]);
});
