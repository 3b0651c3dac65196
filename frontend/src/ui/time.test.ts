import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clockTime } from './time';

const TZ = 'Europe/Helsinki';

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-07-04T21:30:00Z') })); // half past midnight, Sunday, there
afterEach(() => vi.useRealTimers());

it('says the hour alone of what is of today, at the event', () => {
  expect(clockTime('2026-07-04T21:05:00Z', TZ)).toBe('00:05');
});

it('says the day of what is of another day: also of the same day a week before', () => {
  expect(clockTime('2026-07-04T20:55:00Z', TZ)).toBe('Sat 23:55');
  expect(clockTime(Date.parse('2026-07-06T09:00:00Z'), TZ)).toBe('Mon 12:00');
  expect(clockTime('2026-06-27T21:05:00Z', TZ)).toBe('Sun 00:05');
});
