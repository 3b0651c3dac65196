import { expect, test } from 'vitest';
import { COOL_MS, Reading, type Sighting } from './reading';

function code(text: string, { x = 0, y = 0, linear = false } = {}): Sighting {
  return { text, linear, x, y };
}

test('a code that stays in view is one, however long', () => {
  const reading = new Reading();
  const taken = Array.from({ length: 100 }, (_, at) => reading.take([code('A')], at * 1_000));
  expect(taken).toEqual(['A', ...Array<null>(99).fill(null)]);
});

test.each([
  ['a blink', COOL_MS, null],
  ['a while', COOL_MS + 1, 'A'],
])('a code that was out of sight for %s', (_, ms, taken) => {
  const reading = new Reading();
  reading.take([code('A')], 0);
  reading.take([], 1);
  expect(reading.take([code('A')], ms)).toBe(taken);
});

test('another code counts at once, and the first one is not shown anew by it', () => {
  const reading = new Reading();
  const taken = ['A', 'B', 'A', 'B'].map((text, at) => reading.take([code(text)], at * 100));
  expect(taken).toEqual(['A', 'B', null, null]);
});

test('of several the nearest to the middle is taken; the others wait for their turn', () => {
  const reading = new Reading();
  const [left, right] = [code('L', { x: -0.3 }), code('R', { x: 0.2 })];
  expect(reading.take([left, right], 0)).toBe('R');
  expect(reading.take([left, right], 5_000)).toBe('R');
  expect(reading.take([left], 5_100)).toBe('L');
});

test('a code that was taken stays known while another one is nearer', () => {
  const reading = new Reading();
  reading.take([code('A')], 0);
  for (let at = 0; at <= 9_000; at += 1_000) reading.take([code('A', { x: 0.3 }), code('B')], at);
  expect(reading.take([code('A')], 9_100)).toBeNull();
});

test('what was seen long ago and lies aside is fresh when it comes to the middle', () => {
  const reading = new Reading();
  reading.take([code('A')], 0);
  reading.take([code('A', { x: 0.3 }), code('B')], 9_000);
  expect(reading.take([code('A')], 9_100)).toBe('A');
});

test('a code outside the box is somebody else’s', () => {
  const reading = new Reading();
  expect([code('A', { x: 0.41 }), code('A', { y: -0.41 })].map((seen) => reading.take([seen], 0))).toEqual([null, null]);
  expect(reading.take([code('A', { x: 0.4, y: -0.4 })], 0)).toBe('A');
});

test('bars count when two pictures in a row agree', () => {
  const reading = new Reading();
  const row = ['12', '123', '12', '123', '123'].map((text, at) => reading.take([code(text, { linear: true })], at));
  expect(row).toEqual([null, null, null, null, '123']);
});

test('bars that come back are looked at twice again', () => {
  const reading = new Reading();
  const bars = [code('123', { linear: true })];
  const taken = [reading.take(bars, 0), reading.take(bars, 1), reading.take([], 2), reading.take(bars, 9_000), reading.take(bars, 9_001)];
  expect(taken).toEqual([null, '123', null, null, '123']);
});

test('an empty code is none', () => {
  expect(new Reading().take([code(' ')], 0)).toBeNull();
});
