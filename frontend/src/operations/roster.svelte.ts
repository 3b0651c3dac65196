import type { Person } from '../contract/protocol';
import type { Bucket, Records, Row } from '../db/records';
import { byName, lineOf, Lines, search, searchKey, type Searchable } from '../rules/search';
import { say } from '../words/words.svelte';
import { keyOf, type Subject } from './checkin';
import type { OutboxView } from './outbox.svelte';
import { isUnseen, type Cursors } from './overlay';

export interface Listed extends Searchable {
  readonly name: string;
  readonly delegation: string;
  readonly role: string;
  readonly credentials: readonly string[];
  /** The desk that this person must go to first; empty without a hold. */
  readonly hold: string;
  /** Whether they have a release code, which is asked for where they leave a guarded checkpoint. */
  readonly guarded: boolean;
  /** Other ids of this person, of rows that were merged. */
  readonly also: readonly string[];
  readonly standing: string;
  /** Who came together has the same one; empty for who came alone. */
  readonly family: string;
  /** Registered at a door, and nobody has said yet who they are. */
  readonly walkIn: boolean;
}

// A kiosk is not told which.
const SOME_DESK = 'lead';
const REGISTER = 'checkin.register';

/** The people of the event, in memory, ready to be searched. */
export class Roster {
  #lines = $state.raw(new Lines<Listed>([]));
  #buckets = new Map<number, readonly Listed[]>();
  #byId = new Map<string, Listed>();
  #byDigest = new Map<string, Listed>();
  #groups = new Map<string, string>();

  /** Whom this phone registered and no pull has brought yet. */
  #own = $derived.by((): readonly Listed[] => {
    void this.#lines;
    const unseen = this.outbox.rows.filter((row) => row.operation.kind === REGISTER && isUnseen(row, this.cursors()));
    return unseen.map(({ operation }) => this.#registered(operation.payload)).filter(({ id }) => id !== '' && !this.#byId.has(id));
  });
  #ownLines = $derived(new Lines([...this.#own].sort(byName)));

  constructor(
    private readonly records: Records,
    private readonly outbox: OutboxView,
    private readonly cursors: () => Cursors,
  ) {}

  /** Reads the named buckets again. */
  async load(stream: string, numbers: readonly number[] | 'all'): Promise<void> {
    const buckets = await this.records.buckets(stream, numbers);
    if (numbers === 'all') this.#clear();
    for (const bucket of buckets) this.#put(bucket);
    if (buckets.length > 0 || numbers === 'all') this.#sort(numbers === 'all' ? null : new Set(numbers));
  }

  /** Those on hold, as pulled. */
  get held(): readonly Listed[] {
    return this.#lines.people.filter(({ hold }) => hold !== '');
  }

  get people(): readonly Listed[] {
    return this.#lines.people;
  }

  /** Also whom this phone registered; in the order of names. */
  get everybody(): readonly Listed[] {
    const own = this.#ownLines.people;
    return own.length === 0 ? this.people : mergedByName(this.people, own);
  }

  get size(): number {
    return this.#lines.people.length + this.#own.length;
  }

  /** Whom this phone registered comes first: the volunteer has just met them. */
  search(query: string, limit: number): Listed[] {
    const own = search(this.#ownLines, query, limit);
    return [...own, ...search(this.#lines, query, limit - own.length)];
  }

  /** By whatever id they have: a row that was merged is somebody else's. */
  person(id: string): Listed | undefined {
    void this.#lines;
    return this.#byId.get(id) ?? this.#own.find((own) => own.id === id);
  }

  byDigest(digest: string): Listed | undefined {
    void this.#lines;
    return this.#byDigest.get(digest) ?? this.#own.find(({ credentials }) => credentials.includes(digest));
  }

  /** What there is already, to choose from: delegations and roles. */
  get kinds(): { readonly delegations: readonly string[]; readonly roles: readonly string[] } {
    const { people } = this.#lines;
    return { delegations: distinct(people.map((each) => each.delegation)), roles: distinct(people.map((each) => each.role)) };
  }

  /** The person behind a credential where the roster knows one; else the subject as it is. */
  resolve = (subject: Subject): Subject => {
    const person = this.personOf(subject);
    return person === undefined ? subject : { kind: 'person', id: person.id };
  };

  personOf(subject: Subject): Listed | undefined {
    return subject.kind === 'person' ? this.person(subject.id) : this.byDigest(subject.digest);
  }

  nameOf(subject: Subject): string {
    const person = this.personOf(subject);
    if (person !== undefined) return person.name;
    // After a phone was switched off, or before its list came, it cannot know.
    return this.size === 0 ? say('people.no_list') : say('people.unlisted', { code: keyOf(subject).slice(-6) });
  }

  #clear(): void {
    this.#buckets.clear();
    this.#byId.clear();
    this.#byDigest.clear();
  }

  #put({ number, rows }: Bucket): void {
    for (const gone of this.#buckets.get(number) ?? []) {
      for (const id of [gone.id, ...gone.also]) if (this.#byId.get(id) === gone) this.#byId.delete(id);
      for (const digest of gone.credentials) if (this.#byDigest.get(digest) === gone) this.#byDigest.delete(digest);
    }
    const people = rows.filter(({ kind }) => kind === 'person').map((row) => this.#listed(row));
    this.#buckets.set(number, people);
    for (const person of people) {
      for (const id of [person.id, ...person.also]) this.#byId.set(id, person);
      for (const digest of person.credentials) this.#byDigest.set(digest, person);
    }
  }

  /** The searchKey of a delegation; there are few, and many people in each. */
  groupOf(delegation: string): string {
    const group = this.#groups.get(delegation) ?? searchKey(delegation);
    this.#groups.set(delegation, group);
    return group;
  }

  #listed({ body }: Row): Listed {
    const { id, name, search: key = '', given = '', delegation, role, credentials, family = '', hold: held, hold_desk: hold = held ? SOME_DESK : '', also = [], flags = [] } = body as Person;
    const [standing, guarded] = [flags.find((flag) => flag === 'cancelled' || flag === 'unpaid') ?? 'expected', flags.includes('guarded')];
    return { id, name, delegation, role, credentials, family, hold, guarded, standing, walkIn: flags.includes('walk_in'), also, search: key, line: lineOf(key, this.groupOf(delegation), searchKey(given)) };
  }

  #registered(said: Readonly<Record<string, unknown>>): Listed {
    const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
    const [id, name, delegation, role, digest] = ['person', 'name', 'delegation', 'role', 'credential'].map(text) as [string, string, string, string, string];
    // What is the roster's stays its owner's.
    const credentials = digest === '' || this.#byDigest.has(digest) ? [] : [digest];
    const key = searchKey(name);
    const known = { id, name, delegation, role, credentials, family: '', hold: '', guarded: false, standing: 'expected', walkIn: true, also: [] };
    return { ...known, search: key, line: lineOf(key, this.groupOf(delegation)) };
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

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '').sort((a, b) => a.localeCompare(b));
}
