import { expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../contract/protocol';
import type { Listed } from '../../operations/roster.svelte';
import type { Presence } from '../../rules/attendance';
import { why, wordsAt } from './kinds';
import { manifestOf, placesAt } from './places';

const BUNKS: Checkpoint = { id: 'bunks', name: 'Bunks', kind: 'bunk', policy: 'in_out', tz: 'UTC', slots: ['A-2', 'A-1', 'A-3'] };
const BUS: Checkpoint = { id: 'bus', name: 'Bus', kind: 'bus', policy: 'in_out', tz: 'UTC', admits: { delegations: ['Norway'] } };
const LUNCH: Checkpoint = {
  id: 'lunch',
  name: 'Dining hall',
  kind: 'meal',
  policy: 'per_window',
  tz: 'Europe/Oslo',
  windows: [
    { id: 'dinner-2026-07-04', start: '2026-07-04T16:00:00.000Z', end: '2026-07-04T18:00:00.000Z' },
    { id: 'lunch-2026-07-04', start: '2026-07-04T10:00:00.000Z', end: '2026-07-04T12:00:00.000Z' },
  ],
};

function present(minute: number, slot?: string, state: Presence['state'] = 'present'): Presence {
  const since = `2026-07-04T10:0${minute}:00.000Z`;
  return { state, since, by: 'Ana', operation: `op${minute}`, duplicates: 0, ...(slot === undefined ? {} : { slot }) };
}

function guest(id: string, delegation: string, standing = 'expected'): Listed {
  return { id, name: id, delegation, role: 'athlete', credentials: [], family: '', hold: '', guarded: false, standing, walkIn: false, also: [], search: id, line: id };
}

test('free places come in the order of the list, taken ones with who was first', () => {
  const here = new Map([
    ['person:bo', present(2, 'A-1')],
    ['person:ana', present(1, 'A-1')],
    ['person:cleo', present(3, 'Sofa')],
    ['person:dan', present(4, 'A-2', 'left')],
  ]);
  const { free, taken } = placesAt(BUNKS, here);
  expect(free.map(({ slot }) => slot)).toEqual(['A-2', 'A-3']);
  expect(taken.map(({ slot, holders, since }) => [slot, holders, since])).toEqual([
    ['A-1', ['person:ana', 'person:bo'], '2026-07-04T10:01:00.000Z'],
    ['Sofa', ['person:cleo'], '2026-07-04T10:03:00.000Z'],
  ]);
});

test('expected on a bus is whom it admits, without those who are cancelled', () => {
  const people = [guest('ana', 'Norway'), guest('bo', 'norway', 'unpaid'), guest('cleo', 'Norway', 'cancelled'), guest('dan', 'Sweden')];
  const here = new Map([
    ['person:ana', present(1)],
    ['person:dan', present(2)],
    ['credential:x', present(3)],
    ['person:bo', present(4, undefined, 'left')],
  ]);
  const { missing, here: on, others } = manifestOf(BUS, people, here);
  expect([missing, on].map((list) => list.map(({ id }) => id))).toEqual([['bo'], ['ana']]);
  expect(others).toEqual(['person:dan', 'credential:x']);
});

test.each([
  ['lunch-2026-07-04', 'lunch'],
  ['late_lunch-saturday', 'late lunch saturday'],
  ['none', 'dining hall'],
  ['2026-07-04', 'dining hall'],
  ['', 'dining hall'],
])('a meal in the window %j: %s', (window, words) => {
  expect(wordsAt(LUNCH, window).meal).toBe(words);
});

test.each([
  ['2026-07-03T09:00:00.000Z', 'Dining hall is from Sat 12:00 to Sat 14:00.'],
  ['2026-07-04T09:00:00.000Z', 'Dining hall is from 12:00 to 14:00.'],
  ['2026-07-04T13:00:00.000Z', 'Dining hall is from 18:00 to 20:00.'],
  ['2026-07-04T19:00:00.000Z', 'Dining hall is over.'],
])('outside the time slots at %s: %s', (now, sentence) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
  expect(why('outside', LUNCH, Date.now())).toBe(sentence);
  vi.useRealTimers();
});

test('a door says whom it is for', () => {
  expect(why('not_admitted', { ...BUS, admits: { roles: ['athlete', 'coach'], delegations: ['Norway'] } }, 0)).toBe('Only for: athlete, coach · Norway.');
  expect([wordsAt(null, '').in, wordsAt(BUS, '').meal]).toEqual(['result.in', null]);
});
