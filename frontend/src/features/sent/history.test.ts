import { expect, test } from 'vitest';
import type { OutboxRow } from '../../db/outbox';
import { HAPPENINGS, happened, named } from './history';

function row(kind: string, verdict: string | null): OutboxRow {
  return { id: 'a', seq: 1, stuck: null, operation: { kind }, settled: verdict === null ? null : { verdict } } as unknown as OutboxRow;
}

test.each([
  ['an arrival', row('checkin.arrive', 'accepted'), ['all', 'in']],
  ['a departure that waits', row('checkin.leave', null), ['all', 'out', 'waiting']],
  ['what was undone', row('checkin.void', 'flagged'), ['all', 'undone']],
  ['somebody who was sent away', row('checkin.refuse', 'accepted'), ['all', 'refused']],
  ['what the server refused', row('checkin.arrive', 'refused'), ['all', 'in', 'refused']],
  ['a hold', row('checkin.hold', 'accepted'), ['all']],
])('%s is found where it is looked for, and nowhere else', (_, each, expected) => {
  expect(HAPPENINGS.filter((asked) => happened(each, asked))).toEqual(expected);
});

test.each([
  ['', true],
  ['  ', true],
  ['soren', true],
  ['agard SOR', true],
  ['ren', false],
  ['Søren Berg', false],
])('a name is looked for by the beginnings of its words: “%s”', (asked, expected) => {
  expect(named('Søren Ågård', asked)).toBe(expected);
});
