import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isSame, present, type Item } from './present';

interface Case {
  readonly now: string;
  readonly on: readonly string[];
  readonly next: readonly string[];
}

// The same plan, times and answers as in tests/schedule/pages/test_page_rules.py.
const CASES = JSON.parse(readFileSync(new URL('../../../../tests/schedule/pages/present.json', import.meta.url), 'utf8')) as Case[];
const at = (day: number, hour: number): number => Date.parse(`2026-07-0${day}T${String(hour).padStart(2, '0')}:00:00+03:00`);
const item = (id: string, start: number, end: number, cancelled = false): Item => ({ id, start, end, cancelled });
const PLAN = [
  item('party', at(4, 8), at(4, 23), true),
  item('morning', at(4, 9), at(4, 10)),
  item('camp', at(4, 12), at(6, 9)),
  item('night', at(4, 22), at(5, 0)),
  item('went', at(5, 15), at(5, 16)),
];

test.each(CASES)('at $now', ({ now, on, next }) => {
  expect(present(PLAN, Date.parse(now))).toEqual({ now: on, next });
});

test('all that begins at the same time is next', () => {
  const both = [item('one', at(4, 9), at(4, 10)), item('other', at(4, 9), at(4, 12))];
  expect(present(both, at(4, 8)).next).toEqual(['one', 'other']);
});

test('what is on is the same, or not', () => {
  const nine = present(PLAN, at(4, 9));
  expect(isSame(nine, present(PLAN, at(4, 9) + 1))).toBe(true);
  expect(isSame(nine, present(PLAN, at(4, 10)))).toBe(false);
});
