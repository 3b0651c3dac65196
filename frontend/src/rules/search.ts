// Twin of checkin/rules.py: search_key, bound by tests/contract/vectors/{search,matching}.json.

// Letters that Unicode does not decompose into a base letter and a mark.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss', ẞ: 'ss', æ: 'ae', Æ: 'ae', œ: 'oe', Œ: 'oe', ø: 'o', Ø: 'o', đ: 'd', Đ: 'd', ð: 'd', Ð: 'd',
  þ: 'th', Þ: 'th', ł: 'l', Ł: 'l', ı: 'i', İ: 'i', ħ: 'h', Ħ: 'h', ŋ: 'n', Ŋ: 'n', ς: 'σ',
}; // prettier-ignore
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

/** A name as words to search by: no accents, no case, no punctuation, single spaces. */
export function searchKey(name: string): string {
  const letters = mapLetters(name)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}]/gu, ' ');
  return words(mapLetters(letters.toLowerCase())).join(' ');
}

/** A person as search sees one. `people` given to `search` are in the order of (search, id). */
export interface Searchable {
  readonly id: string;
  /** searchKey(name) */
  readonly search: string;
  /** lineOf(search, searchKey(delegation)) */
  readonly line: string;
}

/** All words of a person in one text, a space before and after each: one look finds any of them. */
export function lineOf(search: string, group: string): string {
  return ` ${search} ${group} `;
}

/** Up to `limit` people whose words the query's words begin; whole names first. */
export function search<P extends Searchable>(people: readonly P[], query: string, limit = Infinity): P[] {
  const wanted = words(searchKey(query));
  if (wanted.length === 0) return [];
  const starts = wanted.map((word) => ` ${word}`);
  const wholes = wanted.map((word) => ` ${word} `);
  const whole: P[] = [];
  const partial: P[] = [];
  for (const person of people) {
    if (!hasAll(person.line, starts, person.line.length)) continue;
    if (hasAll(person.line, wholes, person.search.length + 2) && wholeWords(person.search, wanted)) whole.push(person);
    else if (partial.length < limit && prefixes(person, wanted)) partial.push(person);
    if (whole.length >= limit) break;
  }
  return [...whole, ...partial].slice(0, limit);
}

/** Whether `a` comes before `b` in lists of people: by key, then by id. */
export function byName(a: Searchable, b: Searchable): number {
  if (a.search !== b.search) return a.search < b.search ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function mapLetters(text: string): string {
  return text.replaceAll(SPECIAL, (letter) => LETTERS[letter] ?? letter);
}

function words(key: string): string[] {
  return key.split(' ').filter((word) => word !== '');
}

// The cheap test that 50,000 people pass through; that each word has a word of its own is settled for the few left.
function hasAll(line: string, parts: readonly string[], end: number): boolean {
  for (const part of parts) {
    const at = line.indexOf(part);
    if (at < 0 || at + part.length > end) return false;
  }
  return true;
}

function wholeWords(key: string, wanted: readonly string[]): boolean {
  return assign(words(key), wanted, (word, part) => word === part);
}

function prefixes(person: Searchable, wanted: readonly string[]): boolean {
  return assign(words(person.line), wanted, (word, part) => word.startsWith(part));
}

// Longest first is enough for a perfect assignment: of two prefixes of one word, the longer one has the fewer choices.
function assign(
  available: string[],
  wanted: readonly string[],
  fits: (word: string, part: string) => boolean,
): boolean {
  return [...wanted]
    .sort((a, b) => b.length - a.length)
    .every((part) => {
      const at = available.findIndex((word) => fits(word, part));
      if (at < 0) return false;
      available.splice(at, 1);
      return true;
    });
}
