import { expect, test } from 'vitest';
import { Wedge, type Heard } from './wedge';

const CODE = 'ACDEF-GHJKM-NPQRT';

/** What is heard of the last of these keys, pressed `gap` ms apart. */
function last(wedge: Wedge, keys: readonly string[], gap: number, from = 0): Heard {
  return keys.map((key, at) => wedge.press(key, from + at * gap)).at(-1) ?? { kind: 'leave' };
}

test.each([
  ['return', 'Enter', 5],
  ['tab', 'Tab', 5],
  ['return, slowly, by radio', 'Enter', 35],
])('a reader that ends with %s', (_, end, gap) => {
  expect(last(new Wedge(), [...CODE, end], gap)).toEqual({ kind: 'code', text: CODE, whole: CODE });
});

test.each([1, 5, 12, CODE.length])('a reader that stalls before its key number %i', (stalled) => {
  const wedge = new Wedge();
  const heard = [...CODE, 'Enter'].map((key, at) => wedge.press(key, at * 5 + (at >= stalled ? 250 : 0)));
  expect(heard.at(-1)).toEqual({ kind: 'code', text: CODE, whole: CODE });
});

test.each([
  ['a reader stutters before it is fast', [0, 5, 65, 130], [...CODE]],
  ['a person typed just before', [0, 120, 240, 300], [...'Mar', ...CODE]],
])('%s: the whole of it is told, too', (_, times, keys) => {
  const wedge = new Wedge();
  const heard = [...keys, 'Enter'].map((key, at) => wedge.press(key, times[at] ?? 300 + at * 5)).at(-1);
  expect(heard).toMatchObject({ kind: 'code', whole: keys.join('') });
});

test('who types fast for a moment is no reader', () => {
  const times = [0, 30, 60, 200, 340, 480, 620, 760];
  const wedge = new Wedge();
  expect([...'Maria S', 'Enter'].map((key, at) => wedge.press(key, times[at] ?? 0)).at(-1)).toEqual({ kind: 'leave' });
});

test('Shift is part of typing a letter', () => {
  const keys = [...'tick'].flatMap((letter) => ['Shift', letter.toUpperCase()]);
  expect(last(new Wedge(), [...keys, '/', '1', 'Enter'], 5)).toEqual({ kind: 'code', text: 'TICK/1', whole: 'TICK/1' });
});

test.each([
  ['a person', [...'Maria S', 'Enter'], 36],
  ['a short word, however fast', [...'Maria', 'Enter'], 1],
  ['nothing but return', ['Enter'], 1],
])('%s is no reader', (_, keys, gap) => {
  expect(last(new Wedge(), keys, gap)).toEqual({ kind: 'leave' });
});

test('what a person typed before is no part of the code', () => {
  const wedge = new Wedge();
  last(wedge, [...'Mar'], 200);
  expect(last(wedge, [...CODE, 'Enter'], 5, 1_000)).toEqual({ kind: 'code', text: CODE, whole: CODE });
});

test('a code that ends twice presses nothing', () => {
  const wedge = new Wedge();
  last(wedge, [...CODE, 'Enter'], 5);
  expect([wedge.press('Enter', 100), wedge.press('Enter', 1_000)]).toEqual([{ kind: 'swallow' }, { kind: 'leave' }]);
});

test('a space within a code presses nothing; alone it does', () => {
  const wedge = new Wedge();
  expect(['A', ' '].map((key, at) => wedge.press(key, at))).toEqual([{ kind: 'begins' }, { kind: 'swallow' }]);
  expect([1_000, 1_100, 1_101].map((at) => wedge.press(' ', at))).toEqual([{ kind: 'leave' }, { kind: 'leave' }, { kind: 'leave' }]);
});

test('two codes one after the other are two', () => {
  const wedge = new Wedge();
  const heard = [...CODE, 'Enter', ...'TICKET-2', 'Enter'].map((key, at) => wedge.press(key, at * 2));
  expect(heard.filter(({ kind }) => kind === 'code')).toEqual([{ kind: 'code', text: CODE, whole: CODE }, { kind: 'code', text: 'TICKET-2', whole: 'TICKET-2' }]);
});
