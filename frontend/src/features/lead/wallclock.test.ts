import { expect, it } from 'vitest';
import { momentOf, wallClock } from './wallclock';

it.each([
  ['2026-07-04T12:05', 'Europe/Helsinki', '2026-07-04T09:05:00.000Z'],
  ['2026-12-31T23:59', 'America/St_Johns', '2027-01-01T03:29:00.000Z'],
  ['2026-10-25T02:30', 'Europe/Helsinki', '2026-10-24T23:30:00.000Z'], // the night on which the clocks go back, before they do
  ['2026-10-25T05:00', 'Europe/Helsinki', '2026-10-25T03:00:00.000Z'],
  ['2026-07-04T12:05', 'UTC', '2026-07-04T12:05:00.000Z'],
])('what is written down as %s in %s was at %s', (written, tz, at) => {
  expect([new Date(momentOf(written, tz)).toISOString(), wallClock(Date.parse(at), tz)]).toEqual([at, written]);
});

it('what is no time is none', () => {
  expect([momentOf('', 'UTC'), momentOf('12:05', 'UTC')]).toEqual([NaN, NaN]);
});
