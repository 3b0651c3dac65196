import { lineOf, Lines, search, type Searchable } from '../rules/search';
import type { Listed, Roster } from './roster.svelte';

/** People who come together. `key` tells it from all others of its kind. */
export interface Group {
  readonly kind: 'delegation' | 'family';
  readonly key: string;
  readonly name: string;
}

type Found = Group & Searchable;
type ByKey = ReadonlyMap<string, readonly Listed[]>;

const NOBODY: readonly Listed[] = [];

/** Who of the roster comes together: looked through when somebody asks, for people come and go there. */
export class Groups {
  #delegations = $derived.by((): ByKey => gathered(this.roster.everybody, ({ delegation }) => this.roster.groupOf(delegation)));
  #families = $derived.by((): ByKey => gathered(this.roster.everybody, ({ family }) => family));
  #lines = $derived.by(() => {
    const found = [...this.#delegations].map(([key, [first]]): Found => {
      return { kind: 'delegation', key, name: first?.delegation ?? '', id: key, search: key, line: lineOf(key, '') };
    });
    return new Lines(found.sort((a, b) => (a.key < b.key ? -1 : 1)));
  });

  constructor(private readonly roster: Roster) {}

  /** Up to `limit` delegations whose words the query's words begin. */
  search(query: string, limit: number): readonly Group[] {
    return search(this.#lines, query, limit);
  }

  /** In the order of names. */
  people({ kind, key }: Group): readonly Listed[] {
    return (kind === 'delegation' ? this.#delegations : this.#families).get(key) ?? NOBODY;
  }
}

function gathered(people: readonly Listed[], keyOf: (person: Listed) => string): ByKey {
  const groups = new Map<string, Listed[]>();
  for (const person of people) {
    const key = keyOf(person);
    const known = groups.get(key);
    if (known !== undefined) known.push(person);
    else if (key !== '') groups.set(key, [person]);
  }
  return groups;
}
