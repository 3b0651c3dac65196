import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fold, type Entry, type Presence } from './attendance';
import { canonicalCode, credentialDigest } from './codes';
import { byName, lineOf, Lines, search, searchKey } from './search';
import { windowAt, type Policy, type WindowRule } from './windows';

interface Case<Input, Expected> {
  name: string;
  input: Input;
  expected: Expected;
}

function cases<Input, Expected>(file: string): Case<Input, Expected>[] {
  const url = new URL(`../../../tests/contract/vectors/${file}.json`, import.meta.url);
  const read = (JSON.parse(readFileSync(url, 'utf8')) as { cases: Case<Input, Expected>[] }).cases;
  expect(read.length).toBeGreaterThan(5);
  return read;
}

test.each(cases<{ event: string; code: string }, { canonical: string; digest: string }>('codes'))(
  'codes: $name',
  async ({ input, expected }) => {
    const digest = await credentialDigest(input.event, input.code);
    expect({ canonical: canonicalCode(input.code), digest }).toEqual(expected);
  },
);

test.each(cases<{ name: string }, { key: string }>('search'))('search: $name', ({ input, expected }) => {
  expect({ key: searchKey(input.name) }).toEqual(expected);
});

interface Listed {
  id: string;
  name: string;
  delegation: string;
}

test.each(cases<{ query: string; people: Listed[] }, string[]>('matching'))('matching: $name', ({ input, expected }) => {
  const people = input.people.map(({ id, name, delegation }) => ({
    id,
    search: searchKey(name),
    line: lineOf(searchKey(name), searchKey(delegation)),
  }));
  const found = search(new Lines(people.sort(byName)), input.query);
  expect(found.map((person) => person.id)).toEqual(expected);
});

test.each(cases<WindowRule & { at: string }, string>('windows'))('windows: $name', ({ input, expected }) => {
  expect(windowAt(input, input.at)).toBe(expected);
});

interface Fold {
  policy: Policy;
  base: Presence | null;
  entries: Entry[];
  voided: string[];
}

test.each(cases<Fold, Presence | null>('attendance'))('attendance: $name', ({ input, expected }) => {
  for (const entries of [input.entries, [...input.entries].reverse()]) {
    expect(fold(input.policy, input.base, entries, new Set(input.voided))).toEqual(expected);
  }
});
