import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { objections, type Admits, type Guest } from './admits';
import { byWhom, fold, slotHolders, type Entry, type Presence } from './attendance';
import { recordChecksum, type Version } from './checksum';
import { canonicalCode, credentialDigest } from './codes';
import { LikelyPeople } from './likeness';
import { deskAfter, type HoldEntry } from './holds';
import { releaseHash, wrongInARow, type Try } from './release';
import { byName, lineOf, Lines, search, searchKey } from './search';
import { windowAt, type Policy, type WindowRule } from './windows';

interface Case<Input, Expected> {
  name: string;
  input: Input;
  expected: Expected;
}

const FOLDER = new URL('../../../tests/contract/vectors/', import.meta.url);
const ran = new Set<string>();

function cases<Input, Expected>(file: string): Case<Input, Expected>[] {
  ran.add(`${file}.json`);
  const read = (JSON.parse(readFileSync(new URL(`${file}.json`, FOLDER), 'utf8')) as { cases: Case<Input, Expected>[] }).cases;
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
  given?: string;
}

test.each(cases<Listed & { people: Listed[] }, [string, number][]>('likeness'))('likeness: $name', ({ input, expected }) => {
  const named = ({ id, name, delegation }: Listed) => ({ id, search: searchKey(name), group: searchKey(delegation) });
  for (const people of [input.people, [...input.people].reverse()]) {
    const found = new LikelyPeople(people.map(named)).like(named({ ...input, id: 'walk-in' }), 5);
    expect(found.map(({ person, points }) => [person.id, points])).toEqual(expected);
  }
});

test.each(cases<{ query: string; people: Listed[] }, string[]>('matching'))('matching: $name', ({ input, expected }) => {
  const people = input.people.map(({ id, name, delegation, given = '' }) => ({
    id,
    search: searchKey(name),
    line: lineOf(searchKey(name), searchKey(delegation), searchKey(given)),
  }));
  const found = search(new Lines(people.sort(byName)), input.query);
  expect(found.map((person) => person.id)).toEqual(expected);
});

test.each(cases<WindowRule & { at: string }, string>('windows'))('windows: $name', ({ input, expected }) => {
  expect(windowAt(input, input.at)).toBe(expected);
});

test.each(cases<HoldEntry[], string>('holds'))('holds: $name', ({ input, expected }) => {
  for (const entries of [input, [...input].reverse()]) expect(deskAfter(entries)).toBe(expected);
});

interface Secret {
  code: string;
  salt: string;
  iterations: number;
}

test.each(cases<Secret, string>('release_hashes'))('release hashes: $name', async ({ input: { code, salt, iterations }, expected }) => {
  expect(await releaseHash(code, salt, iterations)).toBe(expected);
});

test.each(cases<Try[], string[]>('release_tries'))('release tries: $name', ({ input, expected }) => {
  for (const tries of [input, [...input].reverse()]) expect(wrongInARow(tries).map(({ id }) => id)).toEqual(expected);
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

test.each(cases<{ by: string; phone: string }, string>('by_whom'))('by whom: $name', ({ input, expected }) => {
  expect(byWhom(input)).toBe(expected);
});

interface Claims {
  policy: Policy;
  entries: (Entry & { subject: string })[];
  voided: string[];
}

test.each(cases<Claims, Record<string, string[]>>('slots'))('slots: $name', ({ input, expected }) => {
  for (const entries of [input.entries, [...input.entries].reverse()]) {
    const subjects = [...new Set(entries.map(({ subject }) => subject))];
    const folded = subjects.map((subject) => {
      const own = entries.filter((entry) => entry.subject === subject);
      return [subject, fold(input.policy, null, own, new Set(input.voided))] as const;
    });
    expect(Object.fromEntries(slotHolders(folded))).toEqual(expected);
  }
});

test.each(cases<Guest & { admits: Admits }, string[]>('admits'))('admits: $name', ({ input, expected }) => {
  expect(objections(input.admits, input)).toEqual(expected);
});

test.each(cases<Version, number>('checksum'))('checksum: $name', ({ input, expected }) => {
  expect(recordChecksum(input)).toBe(expected);
});

test('all vectors are run but those of what no phone decides, as their README says', () => {
  const left = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && !ran.has(name));
  expect(left).toEqual(['identities.json']);
});
