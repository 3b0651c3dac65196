import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';

// The calendar that tests/schedule/feeds/test_calendar.py keeps, as another implementation than the server's reads it.
const kept = readFileSync(new URL('../../tests/data/weekend.ics', import.meta.url), 'utf8');
const calendar = new ICAL.Component(ICAL.parse(kept));
const items = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));

function moment(time: ICAL.Time): string {
  return time.toJSDate().toISOString().slice(0, 16);
}

test('each item is at its moment, by the time zone in the file', () => {
  expect(items.map((item) => [item.summary, moment(item.startDate), moment(item.endDate)])).toEqual([
    ['Breakfast', '2026-10-24T09:00', '2026-10-24T10:00'],
    ['Swim', '2026-10-24T12:30', '2026-10-24T13:20'],
    ['Relay', '2026-10-24T15:00', '2026-10-24T16:00'],
    ['Please wait: Games', '2026-10-24T16:00', '2026-10-24T17:00'],
    ['Cancelled: Party', '2026-10-24T19:00', '2026-10-24T20:00'],
    ['Night walk', '2026-10-25T00:00', '2026-10-25T01:00'],
    ['Late talk', '2026-10-25T01:00', '2026-10-25T02:00'],
  ]);
});

test('each item says who it is, how often it was told anew, and what became of it', () => {
  const value = (item: ICAL.Event, name: string): string => String(item.component.getFirstPropertyValue(name));
  expect(items.map((item) => [item.uid.slice(-2), item.sequence, value(item, 'status')])).toEqual([
    ['0a', 1, 'CONFIRMED'],
    ['0b', 2, 'CONFIRMED'],
    ['0c', 2, 'CONFIRMED'],
    ['0d', 2, 'TENTATIVE'],
    ['0e', 2, 'CANCELLED'],
    ['0f', 1, 'CONFIRMED'],
    ['10', 1, 'CONFIRMED'],
  ]);
  const swim = items[1];
  expect(swim?.component.getFirstProperty('categories')?.getValues()).toEqual(['Finland', 'Oslo, Norway']);
  expect(swim?.description.split('\n').slice(0, 3)).toEqual([
    'Later.',
    'Old time: Saturday 24 October, 3 pm to 4 pm.',
    'The bus is late.',
  ]);
});

test('it asks to be read again within an hour', () => {
  expect(String(calendar.getFirstPropertyValue('refresh-interval'))).toBe('PT1H');
  expect(String(calendar.getFirstPropertyValue('x-published-ttl'))).toBe('PT1H');
});
