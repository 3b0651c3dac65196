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

/** A person as search sees one. */
export interface Searchable {
  readonly id: string;
  /** searchKey(name) */
  readonly search: string;
  /** lineOf(search, searchKey(delegation), searchKey(what to call them)) */
  readonly line: string;
}

/** All words of a person in one text, a space before and after each: one look finds any of them. `given`: a word of the name is no other. */
export function lineOf(search: string, group: string, given = ''): string {
  if (given === '') return ` ${search} ${group} `;
  const name = words(search);
  return ` ${[search, group, ...words(given).filter((word) => !name.includes(word))].join(' ')} `;
}

/**
 * People in the order of (search, id), and their lines in one text. A look through 50,000 objects waits for the memory
 * that they are strewn over, more than ten times as long.
 */
export class Lines<P extends Searchable> {
  readonly #text: string;
  readonly #ends: Uint32Array;

  constructor(readonly people: readonly P[]) {
    let end = 0;
    this.#ends = new Uint32Array(people.length);
    people.forEach(({ line }, at) => (this.#ends[at] = end += line.length + 1));
    this.#text = people.map(({ line }) => line).join('\n');
  }

  /** Calls `use` with each person whose line contains `part`, until it says true. */
  each(part: string, use: (line: string, at: number) => boolean): void {
    let line = 0;
    for (let found = this.#text.indexOf(part); found >= 0; found = this.#text.indexOf(part, this.#ends[line])) {
      while ((this.#ends[line] ?? 0) <= found) line++;
      if (use(this.#text.slice(line && this.#ends[line - 1], this.#ends[line]), line)) return;
    }
  }
}

/** Up to `limit` people whose words the query's words begin; whole names first. */
export function search<P extends Searchable>(lines: Lines<P>, query: string, limit = Infinity): P[] {
  const wanted = words(searchKey(query)).sort((a, b) => b.length - a.length);
  const rarest = wanted[0];
  if (rarest === undefined) return [];
  const found = new Set<P>();
  // Whole words are few, and beginnings, of which one letter has thousands, are looked for only until there are enough.
  const look = (end: string, fits: (person: P, line: string) => boolean): void => {
    const parts = wanted.map((word) => ` ${word}${end}`);
    lines.each(` ${rarest}${end}`, (line, at) => {
      const person = lines.people[at];
      if (person !== undefined && hasAll(line, parts) && fits(person, line)) found.add(person);
      return found.size >= limit;
    });
  };
  look(' ', (person) => wholeWords(person.search, wanted));
  if (found.size < limit) look('', (_, line) => prefixes(line, wanted));
  return [...found].slice(0, limit);
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

// The cheap test that thousands pass through; that each word has a word of its own is settled for the few left.
function hasAll(line: string, parts: readonly string[]): boolean {
  return parts.every((part) => line.includes(part));
}

function wholeWords(key: string, wanted: readonly string[]): boolean {
  return assign(words(key), wanted, (word, part) => word === part);
}

function prefixes(line: string, wanted: readonly string[]): boolean {
  return assign(words(line), wanted, (word, part) => word.startsWith(part));
}

// `wanted` is longest first, which is enough for a perfect assignment: of two prefixes of one word, the longer one has
// the fewer choices.
function assign(
  available: string[],
  wanted: readonly string[],
  fits: (word: string, part: string) => boolean,
): boolean {
  return wanted.every((part) => {
    const at = available.findIndex((word) => fits(word, part));
    if (at < 0) return false;
    available.splice(at, 1);
    return true;
  });
}
