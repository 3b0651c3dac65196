import { lineOf, Lines, search, type Searchable } from '../rules/search';
import { say } from '../words/words.svelte';
import type { Method } from './checkin';
import type { Listed, Roster } from './roster.svelte';

/** People who come together. `key` tells it from all others of its kind. */
export interface Group {
  readonly kind: 'delegation' | 'family';
  readonly key: string;
  readonly name: string;
  /** The one code of all of them, whose it is, and how it came. */
  readonly code?: { readonly owner: string; readonly digest: string; readonly method: Method };
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
    // Nobody looks for anything: then nobody is gathered.
    return query.trim() === '' ? [] : search(this.#lines, query, limit);
  }

  /** With whom somebody came; null for who came alone. */
  familyOf({ family, name }: Listed): Group | null {
    if (family === '') return null;
    const group = { kind: 'family', key: family, name: say('group.family', { name }) } as const;
    return this.people(group).length > 1 ? group : null;
  }

  /** The family for which the code of `owner` stands: nobody else of them has one. */
  byOneCode(owner: Listed): Group | null {
    const family = this.familyOf(owner);
    const alone = family === null || this.people(family).some(({ id, credentials }) => id !== owner.id && credentials.length > 0);
    return alone ? null : family;
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
    if (key === '') continue;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [person]);
    else known.push(person);
  }
  return groups;
}
