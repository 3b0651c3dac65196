import type { Person } from '../contract/protocol';
import type { Bucket, Records, Row } from '../db/records';
import { byName, lineOf, Lines, search, searchKey, type Searchable } from '../rules/search';
import { keyOf, type Subject } from './checkin';

export interface Listed extends Searchable {
  readonly name: string;
  readonly delegation: string;
  readonly role: string;
  readonly credentials: readonly string[];
}

/** The people of the event, in memory, ready to be searched. */
export class Roster {
  #lines = $state.raw(new Lines<Listed>([]));
  #buckets = new Map<number, readonly Listed[]>();
  #byId = new Map<string, Listed>();
  #byDigest = new Map<string, Listed>();
  #groups = new Map<string, string>();

  constructor(private readonly records: Records) {}

  /** Reads the named buckets again. */
  async load(stream: string, numbers: readonly number[] | 'all'): Promise<void> {
    const buckets = await this.records.buckets(stream, numbers);
    if (numbers === 'all') this.#clear();
    for (const bucket of buckets) this.#put(bucket);
    if (buckets.length > 0 || numbers === 'all') this.#sort(numbers === 'all' ? null : new Set(numbers));
  }

  get size(): number {
    return this.#lines.people.length;
  }

  search(query: string, limit: number): Listed[] {
    return search(this.#lines, query, limit);
  }

  person(id: string): Listed | undefined {
    void this.#lines;
    return this.#byId.get(id);
  }

  byDigest(digest: string): Listed | undefined {
    void this.#lines;
    return this.#byDigest.get(digest);
  }

  /** The person behind a credential where the roster knows one; else the subject as it is. */
  resolve = (subject: Subject): Subject => {
    if (subject.kind === 'person') return subject;
    const person = this.byDigest(subject.digest);
    return person === undefined ? subject : { kind: 'person', id: person.id };
  };

  nameOf(subject: Subject): string {
    const known = this.resolve(subject);
    const person = known.kind === 'person' ? this.person(known.id) : undefined;
    return person?.name ?? `Not on the list (${keyOf(subject).slice(-6)})`;
  }

  #clear(): void {
    this.#buckets.clear();
    this.#byId.clear();
    this.#byDigest.clear();
  }

  #put({ number, rows }: Bucket): void {
    for (const gone of this.#buckets.get(number) ?? []) {
      this.#byId.delete(gone.id);
      for (const digest of gone.credentials) this.#byDigest.delete(digest);
    }
    const people = rows.filter(({ kind }) => kind === 'person').map((row) => this.#listed(row));
    this.#buckets.set(number, people);
    for (const person of people) {
      this.#byId.set(person.id, person);
      for (const digest of person.credentials) this.#byDigest.set(digest, person);
    }
  }

  #listed({ body }: Row): Listed {
    const { id, name, search: key, delegation, role, credentials } = body as Person;
    const group = this.#groups.get(delegation) ?? searchKey(delegation);
    this.#groups.set(delegation, group);
    return { id, name, delegation, role, credentials, search: key, line: lineOf(key, group) };
  }

  // A pull touches few buckets: what they hold now is merged into the rest, which is sorted already.
  #sort(touched: ReadonlySet<number> | null): void {
    const numbers = [...this.#buckets.keys()].filter((number) => touched?.has(number) ?? true);
    const fresh = numbers.flatMap((number) => this.#buckets.get(number) ?? []).sort(byName);
    if (touched === null) {
      this.#lines = new Lines(fresh);
      return;
    }
    const current = new Set(fresh);
    const kept = this.#lines.people.filter((person) => this.#byId.get(person.id) === person && !current.has(person));
    this.#lines = new Lines(mergedByName(kept, fresh));
  }
}

function mergedByName(a: readonly Listed[], b: readonly Listed[]): Listed[] {
  const merged: Listed[] = [];
  let next = 0;
  for (const person of a) {
    for (let other = b[next]; other !== undefined && byName(other, person) < 0; other = b[++next]) merged.push(other);
    merged.push(person);
  }
  return merged.concat(b.slice(next));
}
