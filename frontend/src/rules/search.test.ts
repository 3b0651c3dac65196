import { expect, test } from 'vitest';
import { lineOf, Lines, search, type Searchable } from './search';

function people(...names: string[]): Searchable[] {
  return names.map((name, at) => ({ id: String(at), search: name, line: lineOf(name, 'norway') }));
}

test('a letter that thousands of names begin with is looked for only until there are enough', () => {
  const all = people(...Array.from({ length: 5_000 }, (_, at) => `maria ${at}`), 'zoe m');
  let looked = 0;
  const counted = new Proxy(all, { get: (target, key, self) => (looked += Number(/^\d+$/.test(String(key))), Reflect.get(target, key, self)) });
  const lines = new Lines(counted);
  looked = 0;
  expect(search(lines, 'm', 30).map(({ search: name }) => name)).toEqual(['zoe m', ...Array.from({ length: 29 }, (_, at) => `maria ${at}`)]);
  expect(looked).toBe(30); // the one whole word, and beginnings until there are 30
});

test('nobody is found where nobody is wanted', () => {
  expect(search(new Lines(people('ana', 'anna')), 'an', 0)).toEqual([]);
});
