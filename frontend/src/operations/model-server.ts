// A server for tests that does what docs/protocol.md says, as small as can be: one event, one venue, two checkpoints, in memory.

import type { Change, HeadcountRecord, Operation, Verdict } from '../contract/protocol';
import { fold, type Presence } from '../rules/attendance';
import { sumOf } from '../rules/checksum';
import type { Policy } from '../rules/windows';
import { json, page, refusal, type Request } from '../sync/fake-server';
import { asEntry, keyOf, type Subject } from './checkin';

export const [HALL, ROSTER, OWN] = ['attendance:v', 'roster:e', 'device:d'];
export const POLICIES: Readonly<Record<string, Policy>> = { door: 'once', bus: 'in_out' };
/** Ann's wristband; that of Ben is on nobody's list. */
const PEOPLE = [
  { id: 'ann', name: 'Ann', search: 'ann', delegation: '', role: '', credentials: ['band'] },
  { id: 'ben', name: 'Ben', search: 'ben', delegation: '', role: '', credentials: [] },
];

interface Stored {
  readonly operation: Operation;
  verdict: Verdict;
  at: Readonly<Record<string, number>>;
}

/** The newest version of each record, in order. */
class Stream {
  head = 0;
  records = new Map<string, Change>();

  /** All of them at the next position; what is null is deleted. */
  write(kind: string, bodies: ReadonlyMap<string, unknown>): void {
    if (bodies.size === 0) return;
    for (const [key, body] of bodies) {
      const name = `${kind}/${key}`;
      const isNew = body !== null || this.records.has(name);
      this.records.delete(name);
      if (isNew) this.records.set(name, { seq: this.head + 1, kind, key, deleted: body === null, ...(body === null ? {} : { body }) });
    }
  }

  copy(): Stream {
    return Object.assign(new Stream(), { head: this.head, records: new Map(this.records) });
  }

  get live(): Change[] {
    return [...this.records.values()].filter(({ deleted }) => !deleted);
  }
}

/** What one operation says where, by the key of whom: a code that is on the list is its person's. */
export function placed(operation: Operation): { readonly place: string; readonly id: string } | null {
  const said = asEntry(operation);
  if (said === null) return null;
  return { place: `${said.checkpoint}/${keyOf(resolved(said.subject))}`, id: operation.id };
}

export function resolved(subject: Subject): Subject {
  const owner = subject.kind === 'credential' && PEOPLE.find(({ credentials }) => credentials.includes(subject.digest));
  return owner ? { kind: 'person', id: owner.id } : subject;
}

/** Of everything that was said, what it comes to at one place. */
export function foldAt(place: string, said: readonly Operation[]): Presence | null {
  const entries = said.flatMap((operation) => (placed(operation)?.place === place ? (asEntry(operation)?.entry ?? []) : []));
  const undone = new Set(said.flatMap(({ kind, refers_to }) => (kind === 'checkin.void' && refers_to !== null ? [refers_to] : [])));
  return fold(POLICIES[place.split('/')[0] ?? ''] ?? 'once', null, entries, undone);
}

export interface Counted extends HeadcountRecord {
  readonly listed: readonly string[];
}

interface Copy {
  readonly stored: Map<string, Stored>;
  readonly streams: Map<string, Stream>;
  readonly listed: ReadonlySet<string>;
}

export class ModelServer {
  epoch = 1;
  #stored = new Map<string, Stored>();
  #streams = new Map([HALL, ROSTER, OWN].map((name) => [name, new Stream()]));
  #copy: Copy;
  /** What it puts aside instead of applying it. */
  puzzledBy: string | null = null;
  #listed: ReadonlySet<string> = new Set(PEOPLE.map(({ id }) => id));

  /** `pageSize`: after how many records a page ends. */
  constructor(private readonly pageSize: number) {
    const checkpoints = Object.entries(POLICIES).map(([id, policy]) => [id, { id, name: id, policy, tz: 'UTC' }] as const);
    this.#commit(HALL, 'checkpoint', new Map(checkpoints));
    this.#commit(ROSTER, 'person', new Map(PEOPLE.map((person) => [person.id, person])));
    this.#copy = this.#copied();
  }

  get operations(): readonly Operation[] {
    return [...this.#stored.values()].filter(({ verdict }) => verdict === 'accepted').map(({ operation }) => operation);
  }

  live(stream: string): readonly Change[] {
    return this.#streams.get(stream)?.live ?? [];
  }

  get head(): number {
    return this.#streams.get(HALL)?.head ?? 0;
  }

  get epochName(): string {
    return `0190b0a2-0000-7000-8000-${String(this.epoch).padStart(12, '0')}`;
  }

  answer({ path, operations }: Request): Response {
    if (path === 'push') return this.#pushed(operations);
    if (path === 'streams') return json({ epoch: this.epochName, server_time: new Date().toISOString(), durable: null, streams: this.#heads() }, this.epochName);
    const url = new URL(path, 'https://model.example');
    const [, name = ''] = url.pathname.split('/').slice(1).map(decodeURIComponent);
    return this.#page(name, Number(url.searchParams.get('after')), url.searchParams.get('base'));
  }

  /** One transaction: one position for all that it changes. */
  apply(operations: readonly Operation[]): void {
    const fresh = operations.filter(({ id }) => !this.#stored.has(id));
    for (const operation of fresh) {
      const verdict = operation.kind === this.puzzledBy ? 'quarantined' : 'accepted';
      this.#stored.set(operation.id, { operation, verdict, at: {} });
    }
    this.#show(fresh.map(({ id }) => id));
  }

  /** Somebody has mended what it was puzzled by: what was put aside counts from now on, and the phone is told. */
  runAgain(): void {
    this.puzzledBy = null;
    const aside = [...this.#stored].filter(([, { verdict }]) => verdict === 'quarantined');
    for (const [, stored] of aside) stored.verdict = 'accepted';
    this.#show(aside.map(([id]) => id));
    const told = aside.map(([id, { at }]) => [id, { verdict: 'accepted', flags: [], at }] as const);
    this.#commit(OWN, 'verdict', new Map(told));
  }

  /** Takes somebody off the list, or puts them on it again: where they are in, they count as what they are by now. */
  turn(id: string): void {
    const isListed = this.#listed.has(id);
    this.#listed = new Set([...this.#listed, id].filter((each) => each !== id || !isListed));
    const there = [...this.#placesOf(this.operations)].filter((place) => place.endsWith(`/person:${id}`));
    this.#tell(there, Object.keys(POLICIES));
    this.#commit(ROSTER, 'person', new Map([[id, isListed ? null : PEOPLE.find((each) => each.id === id)]]));
  }

  backUp(): void {
    this.#copy = this.#copied();
  }

  /** `announced`: with a new epoch, as one must. */
  restore({ announced }: { readonly announced: boolean }): void {
    const { stored, streams, listed } = this.#copy;
    [this.#stored, this.#streams, this.#listed] = [stored, streams, listed];
    this.#copy = this.#copied();
    if (announced) this.epoch++;
  }

  /** By how much it would fall behind if the copy were put back. */
  get copiedHead(): number {
    return this.#copy.streams.get(HALL)?.head ?? 0;
  }

  #copied(): Copy {
    return {
      listed: this.#listed,
      stored: new Map([...this.#stored].map(([id, each]) => [id, { ...each }])),
      streams: new Map([...this.#streams].map(([name, stream]) => [name, stream.copy()])),
    };
  }

  #commit(stream: string, kind: string, bodies: ReadonlyMap<string, unknown>): void {
    const written = this.#streams.get(stream);
    if (written === undefined || bodies.size === 0) return;
    written.write(kind, bodies);
    written.head++;
  }

  /** The places that these operations change. */
  #show(ids: readonly string[]): void {
    const changed = [...new Set(ids.flatMap((id) => this.#placeOf(id) ?? []))];
    if (changed.length > 0) this.#tell(changed, new Set(changed.map((place) => place.split('/')[0] ?? '')));
    for (const id of ids) {
      const stored = this.#stored.get(id);
      if (stored !== undefined && stored.verdict === 'accepted') stored.at = { [HALL]: this.head };
    }
  }

  /** What is at these places, beside each of them the operations that it was folded from, for the test to know, and how many are in. */
  #tell(places: readonly string[], doors: Iterable<string>): void {
    const [hall, said] = [this.#streams.get(HALL), this.operations];
    if (hall === undefined) return;
    hall.write('presence', new Map(places.map((place) => [place, this.presence(place, said)])));
    hall.write('ledger', new Map(places.map((place) => [place, { ids: ledgerOf(place, said) }])));
    hall.write('headcount', new Map([...doors].map((door) => [`${door}/`, this.headcount(door)])));
    hall.head++;
  }

  #placesOf(said: readonly Operation[]): ReadonlySet<string> {
    return new Set(said.flatMap((operation) => placed(operation)?.place ?? []));
  }

  /** A record's body, and who is on the list, for the test to know. */
  headcount(door: string): Counted {
    const said = this.operations;
    const here = [...this.#placesOf(said)].filter((place) => place.startsWith(`${door}/`) && foldAt(place, said)?.state === 'present');
    const present = here.filter((place) => this.#listed.has(place.split('person:')[1] ?? '')).length;
    return { checkpoint: door, window: '', present, unidentified: here.length - present, listed: [...this.#listed] };
  }

  #placeOf(id: string): string | null {
    const stored = this.#stored.get(id);
    if (stored === undefined || stored.verdict !== 'accepted') return null;
    const { kind, refers_to } = stored.operation;
    if (kind === 'checkin.void') return refers_to === null ? null : this.#placeOf(refers_to);
    return placed(stored.operation)?.place ?? null;
  }

  /** Of everything that is said by now, what it comes to at one place: a record's body. */
  presence(place: string, said: readonly Operation[] = this.operations): unknown {
    const presence = foldAt(place, said);
    const [checkpoint, who = ''] = place.split('/');
    const [kind = '', id] = who.split(':');
    return presence && { ...presence, checkpoint, window: '', [kind]: id };
  }

  #pushed(operations: readonly Operation[]): Response {
    const known = new Set(operations.flatMap(({ id }) => (this.#stored.has(id) ? [id] : [])));
    this.apply(operations);
    const results = operations.map(({ id }) => {
      const { verdict, at } = this.#stored.get(id) ?? { verdict: 'retry', at: {} };
      return { id, verdict, flags: [], at, replayed: known.has(id) };
    });
    return json({ server_time: new Date().toISOString(), results }, this.epochName);
  }

  #heads(): unknown {
    return [...this.#streams].map(([stream, { head, live }]) => {
      const { held, checksum } = sumOf(live);
      return { stream, head, count: held, checksum };
    });
  }

  #page(name: string, after: number, base: string | null): Response {
    const stream = this.#streams.get(name) ?? new Stream();
    const { head } = stream;
    if (after > head) return withEpoch(refusal(410, 'cursor_expired', { reason: 'ahead' }), this.epochName);
    const began = base === null ? (after === 0 ? head : after) : Number(base);
    const due = [...stream.records.values()].filter(({ seq, deleted }) => seq > after && (!deleted || seq > began));
    due.sort((a, b) => a.seq - b.seq);
    const last = due[this.pageSize - 1]?.seq ?? head;
    const changes = due.filter(({ seq }) => seq <= last);
    const { held, checksum } = sumOf(stream.live);
    return page({ stream: name, epoch: this.epochName, after, head, complete: changes.length === due.length, changes, count: held, checksum });
  }
}

function ledgerOf(place: string, said: readonly Operation[]): readonly string[] {
  const here = new Set(said.flatMap((operation) => (placed(operation)?.place === place ? [operation.id] : [])));
  const voids = said.filter(({ kind, refers_to }) => kind === 'checkin.void' && refers_to !== null && here.has(refers_to));
  return [...here, ...voids.map(({ id }) => id)];
}

function withEpoch(response: Response, epoch: string): Response {
  const headers = new Headers(response.headers);
  headers.set('X-EventSync-Epoch', epoch);
  return new Response(response.body, { status: response.status, headers });
}
