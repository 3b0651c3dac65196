import { expect, test } from 'vitest';
import type { Operation } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';
import { en } from '../words/en';
import { readOutboxFile, writeOutboxFile } from './outboxfile';

const DEVICE = '0190b0a2-0000-7000-8000-00000000000a';
const OTHER = '0190b0a2-0000-7000-8000-00000000000b';
const EVENT = { id: '0190b0a2-0000-7000-8000-00000000000e', slug: 'demo' };
const AT = Date.parse('2026-11-22T10:00:00.250Z');

function operation(seq: number, more: Partial<Operation> = {}): Operation {
  return {
    id: `0190b0a2-0000-7000-8000-1${String(seq).padStart(11, '0')}`,
    kind: 'checkin.arrive',
    seq,
    occurred_at: '2026-11-22T09:00:00.000Z',
    offset_ms: null,
    actor: 'Maria',
    refers_to: null,
    payload: { checkpoint: 'c', person: 'p', method: 'search' },
    ...more,
  };
}

function row(held: Operation): OutboxRow {
  return { id: held.id, seq: held.seq, operation: held, settled: null, stuck: null };
}

const own = operation(1);
const carried = operation(2, { device: OTHER });

function file(...operations: Operation[]): string {
  return writeOutboxFile({ device: DEVICE, event: EVENT }, operations.map(row), AT).text;
}

test('a file has a header and one operation a line, as stored, each with its author', () => {
  const written = writeOutboxFile({ device: DEVICE, event: EVENT }, [row(own), row(carried)], AT);
  expect(written.name).toBe(`eventsync-outbox-${DEVICE}-20261122T100000Z.ndjson`);
  expect(written.text.endsWith('\n')).toBe(true);
  expect(written.text.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
    { format: 'eventsync-outbox', version: 1, device: DEVICE, event: EVENT, exported_at: '2026-11-22T10:00:00.250Z', count: 2 },
    { ...own, device: DEVICE },
    { ...own, id: carried.id, seq: 2, device: OTHER },
  ]);
});

test('what was written is read again', () => {
  const operations = [{ ...own, device: DEVICE }, carried];
  expect(readOutboxFile(file(own, carried), EVENT.id)).toEqual({ kind: 'read', operations, missing: 0 });
});

test('a phone that belongs to no event writes a file that every event takes', () => {
  const text = writeOutboxFile({ device: DEVICE, event: null }, [row(own)], AT).text;
  expect(readOutboxFile(text, EVENT.id)).toMatchObject({ kind: 'read', missing: 0 });
});

test.each([
  ['cut in the middle of a line', (text: string) => text.slice(0, -20)],
  ['cut at the end of a line', (text: string) => text.slice(0, text.trimEnd().lastIndexOf('\n') + 1)],
  ['broken in the last line', (text: string) => text.replace(carried.id, 'no id')],
  ['broken in a member that is shown', (text: string) => text.replace(/"actor":"Maria"(?=.*\n$)/, '"actor":{}')],
])('of a file that is %s, whole lines are taken and the rest is counted', (_, spoil) => {
  const read = readOutboxFile(spoil(file(own, carried)), EVENT.id);
  expect(read).toEqual({ kind: 'read', operations: [{ ...own, device: DEVICE }], missing: 1 });
});

test('members that are absent are read as null, members of another version are kept', () => {
  const strange = { ...own, device: DEVICE, kind: 'meal.served', payload: { portions: 2 }, colour: 'red' };
  const { offset_ms: _, actor: __, refers_to: ___, ...bare } = strange;
  const text = `${file().split('\n')[0]}\n${JSON.stringify(bare)}\n`;
  const expected = { ...strange, offset_ms: null, actor: null, refers_to: null };
  expect(readOutboxFile(text, EVENT.id)).toEqual({ kind: 'read', operations: [expected], missing: 0 });
});

test.each([
  ['is empty', '', 'no copy'],
  ['is a picture', '\u0089PNG\r\n', 'no copy'],
  ['is other JSON', '{"name": "Ana"}', 'no copy'],
  ['is of a newer version', file(own).replace('"version":1', '"version":2'), 'newer EventSync'],
  ['is of another event', file(own).replace(EVENT.id, OTHER), 'another event'],
  ['holds nothing', file(), 'empty'],
])('a file that %s is refused with a sentence', (_, text, words) => {
  expect(readOutboxFile(text, EVENT.id)).toEqual({ kind: 'unreadable', why: expect.stringContaining(words) as unknown });
});

test('a file of 100,000 lines is left to the desk', () => {
  const text = `${file(own).split('\n')[0]}\n${`${JSON.stringify(own)}\n`.repeat(100_000)}`;
  expect(readOutboxFile(text, EVENT.id)).toEqual({ kind: 'unreadable', why: en['copy.too_much'] });
});
