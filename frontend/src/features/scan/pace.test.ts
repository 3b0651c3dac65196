import { expect, test } from 'vitest';
import { rest } from './pace';

test.each([
  ['a quick phone: ten pictures a second', 10, 0, 90],
  ['a slow phone: never more than half its time', 400, 0, 400],
  ['nobody for half a minute', 10, 30_000, 90],
  ['nobody for longer: three a second', 10, 30_001, 323],
])('%s', (_, spent, idle, ms) => {
  expect(rest({ spent, idle })).toBe(ms);
});
