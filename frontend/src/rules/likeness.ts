// Twin of checkin/walk_ins/rules.py, bound by tests/contract/vectors/likeness.json.

const [EQUAL, ONE_LETTER, BEGINNING, TWO_LETTERS, INITIAL] = [100, 85, 80, 70, 60];
const ENOUGH = 75;
const SAME_DELEGATION = 10;
const SHORTEST_BEGINNING = 3;
const MOST_WORDS = 12;
const MOST_LETTERS = 30;

/** Somebody as they are compared: searchKey of the name and of the delegation. */
export interface Named {
  readonly id: string;
  readonly search: string;
  readonly group: string;
}

/** Who it may be, and how alike they are. */
export interface Likeness<P extends Named> {
  readonly person: P;
  readonly points: number;
}

/** A word, letter by letter: what JavaScript counts is not what people count. */
type Word = readonly string[];

function wordsOf(search: string): Word[] {
  const words = search.split(' ').filter((word) => word !== '');
  return words.slice(0, MOST_WORDS).map((word) => [...word].slice(0, MOST_LETTERS));
}

/** How alike two words are, typing errors and short forms allowed for: 0 when they are two words. */
function wordPoints(one: Word, other: Word): number {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  const begins = short.every((letter, at) => long[at] === letter);
  if (begins && short.length === long.length) return EQUAL;
  if (short.length === 1) return begins ? INITIAL : 0;
  const wrong = edits(one, other, long.length >= 8 ? 2 : long.length >= 4 ? 1 : 0);
  if (wrong === 1) return ONE_LETTER;
  if (begins && short.length >= SHORTEST_BEGINNING) return BEGINNING;
  return wrong === 2 ? TWO_LETTERS : 0;
}

/** How alike two names are, in whatever order their words are. One word must be right but for a letter, or begin the other. */
function namePoints(one: readonly Word[], other: readonly Word[]): number {
  if (whole(one) === whole(other)) return EQUAL;
  const pairs = one.flatMap((a, i) => other.map((b, j) => ({ points: wordPoints(a, b), i, j })));
  const [left, right] = [new Set(one.keys()), new Set(other.keys())];
  let [total, close] = [0, false];
  for (const { points, i, j } of pairs.sort((a, b) => b.points - a.points || a.i - b.i || a.j - b.j)) {
    if (points === 0 || !left.has(i) || !right.has(j)) continue;
    left.delete(i);
    right.delete(j);
    total += points;
    close ||= points >= BEGINNING;
  }
  return close ? Math.floor((2 * total) / (one.length + other.length)) : 0;
}

/** How many letters were left out, added, mistaken or swapped with the next; null when more than `most`. */
function edits(one: Word, other: Word, most: number): number | null {
  if (Math.abs(one.length - other.length) > most) return null;
  let [oldest, before, row]: number[][] = [[], [], [...Array(other.length + 1).keys()]];
  one.forEach((a, i) => {
    [oldest, before, row] = [before, row, [i + 1]];
    other.forEach((b, j) => {
      const swapped = i > 0 && j > 0 && a === other[j - 1] && b === one[i - 1] ? at(oldest, j - 1) + 1 : Infinity;
      row?.push(Math.min(at(before, j + 1) + 1, at(row, j) + 1, at(before, j) + Number(a !== b), swapped));
    });
  });
  const wrong = at(row, other.length);
  return wrong <= most ? wrong : null;
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Infinity;
}

function whole(words: readonly Word[]): string {
  return words.flat().join('');
}

/**
 * The list, ready to be asked. Built once; a question looks at those alone who share a word, as far as it can be told,
 * so it does not grow with the list but with how common a name is.
 */
export class LikelyPeople<P extends Named> {
  readonly #people: { readonly person: P; readonly words: readonly Word[] }[] = [];
  readonly #byWord = new Map<string, number[]>();
  readonly #byWhole = new Map<string, number[]>();
  readonly #misspelt = new Map<string, string[]>();
  readonly #beginnings = new Map<string, string[]>();

  constructor(people: Iterable<P>) {
    for (const person of people) {
      const words = wordsOf(person.search);
      const index = this.#people.push({ person, words }) - 1;
      add(this.#byWhole, whole(words), index);
      for (const word of new Set(words.map((letters) => letters.join('')))) add(this.#byWord, word, index);
    }
    for (const word of this.#byWord.keys()) {
      const letters = [...word];
      add(this.#beginnings, letters.slice(0, SHORTEST_BEGINNING).join(''), word);
      for (const less of oneLetterLess(letters)) add(this.#misspelt, less, word);
    }
  }

  /** The likeliest, who is most alike first; never `whom`. */
  like(whom: Named, limit: number): Likeness<P>[] {
    const words = wordsOf(whom.search);
    const found: Likeness<P>[] = [];
    for (const index of this.#candidates(words)) {
      const candidate = this.#people[index];
      if (candidate === undefined || candidate.person.id === whom.id) continue;
      const { person } = candidate;
      const alike = namePoints(words, candidate.words);
      const points = alike + (whom.group !== '' && whom.group === person.group ? SAME_DELEGATION : 0);
      if (alike > 0 && points >= ENOUGH) found.push({ person, points });
    }
    return found.sort((a, b) => b.points - a.points || inList(a.person, b.person)).slice(0, limit);
  }

  #candidates(words: readonly Word[]): Set<number> {
    const close = new Set(words.flatMap((word) => this.#near(word)));
    const same = words.length > 0 ? (this.#byWhole.get(whole(words)) ?? []) : [];
    return new Set([...[...close].flatMap((word) => this.#byWord.get(word) ?? []), ...same]);
  }

  /** Words of the list that are this one but for a letter, begin it, or begin with it. */
  #near(letters: Word): string[] {
    const word = letters.join('');
    const variants = [word, ...oneLetterLess(letters)];
    const begun = letters.flatMap((_, length) => (length >= SHORTEST_BEGINNING ? letters.slice(0, length).join('') : []));
    const known = letters.length < SHORTEST_BEGINNING ? [] : (this.#beginnings.get(letters.slice(0, SHORTEST_BEGINNING).join('')) ?? []);
    return [...variants, ...variants.flatMap((each) => this.#misspelt.get(each) ?? []), ...begun, ...known.filter((each) => each.startsWith(word))];
  }
}

function add<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function inList(a: Named, b: Named): number {
  if (a.search !== b.search) return a.search < b.search ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function oneLetterLess(letters: Word): string[] {
  return letters.length > 1 ? letters.map((_, at) => [...letters.slice(0, at), ...letters.slice(at + 1)].join('')) : [];
}
