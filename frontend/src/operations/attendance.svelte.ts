import { listsPeople, type Checkpoint, type HeadcountRecord, type PresenceRecord } from '../contract/protocol';
import type { Bucket, Cursor, Position, Records } from '../db/records';
import { type Presence } from '../rules/attendance';
import { windowAt } from '../rules/windows';
import { keyOf, subjectOf, type Subject } from './checkin';
import { overlay, type Cursors, type Overlay, type Place } from './overlay';
import type { OutboxView } from './outbox.svelte';
import type { Listed, Roster } from './roster.svelte';

export interface Headcount {
  readonly present: number;
  readonly unidentified: number;
}

export interface Sighting {
  readonly checkpoint: Checkpoint;
  readonly presence: PresenceRecord;
}

/** What one bucket holds. */
interface Held {
  readonly presences: readonly { readonly place: string; readonly key: string; readonly presence: PresenceRecord }[];
  readonly checkpoints: readonly Checkpoint[];
  readonly counts: readonly (readonly [string, Headcount])[];
}

/** Who is in: what was pulled, folded with what this phone recorded. */
export class Attendance {
  #version = $state(0);
  #cursors = $state.raw<Cursors>(new Map());
  #checkpoints = $state.raw<readonly Checkpoint[]>([]);
  #chosen = $state<string | null>(null);
  #now = $state(Date.now());
  #offset = 0;
  #buckets = new Map<string, Held>();
  /** For each checkpoint and window: presence by subject, and how many the server counts. */
  #places = new Map<string, Map<string, PresenceRecord>>();
  #counts: ReadonlyMap<string, Headcount> = new Map();

  #checkpoint = $derived(this.#checkpoints.find(({ id }) => id === this.#chosen));
  // By itself, so that nothing is folded again while the window is the same.
  #window = $derived(this.#checkpoint && windowAt(this.#checkpoint, new Date(this.#now).toISOString()));

  #place = $derived.by((): Place | null => {
    if (this.#checkpoint === undefined || this.#window === undefined) return null;
    return { checkpoint: this.#checkpoint, window: this.#window };
  });

  #overlay = $derived.by((): Overlay => {
    void this.#version;
    return this.#place === null ? new Map() : this.#recordedAt(this.#place);
  });

  #here = $derived.by((): ReadonlyMap<string, Presence> => {
    void this.#version;
    return this.#place === null ? new Map() : laidOver(this.#pulled(this.#place), this.#overlay);
  });

  // The server alone knows who is on no list and yet counted: whom this phone recorded and has not seen there is added.
  #headcount = $derived.by((): Headcount => {
    void this.#version;
    const count = { present: 0, unidentified: 0 };
    if (this.#place === null) return count;
    const { checkpoint, window } = this.#place;
    const pulled = this.#pulled(this.#place);
    Object.assign(count, this.#counts.get(placeKey(checkpoint.id, window)));
    for (const [key, presence] of this.#overlay) {
      count[this.#sortOf(key)] += Number(presence?.state === 'present') - Number(pulled.get(key)?.state === 'present');
    }
    return count;
  });

  constructor(
    private readonly records: Records,
    private readonly outbox: OutboxView,
    private readonly roster: Roster,
  ) {}

  /** Reads the named buckets of an attendance stream again. */
  async load(stream: string, numbers: readonly number[] | 'all'): Promise<void> {
    const buckets = await this.records.buckets(stream, numbers);
    if (numbers === 'all') this.#drop(stream);
    for (const bucket of buckets) this.#put(stream, bucket);
    const held = [...this.#buckets.values()];
    this.#counts = new Map(held.flatMap(({ counts }) => counts));
    this.#checkpoints = held
      .flatMap(({ checkpoints }) => checkpoints)
      .sort((a, b) => (a.venue ?? '').localeCompare(b.venue ?? '') || a.name.localeCompare(b.name));
    this.#version++;
  }

  async loadCursors(): Promise<void> {
    this.#cursors = new Map((await this.records.cursors()).map((cursor) => [cursor.stream, cursor]));
  }

  /** One stream was read anew: what is shown of it is no older than `cursor`; undefined when nothing is held any more. */
  stand(stream: string, cursor: Cursor | undefined): void {
    const cursors = new Map(this.#cursors);
    if (cursor === undefined) cursors.delete(stream);
    else cursors.set(stream, cursor);
    this.#cursors = cursors;
  }

  get cursors(): Cursors {
    return this.#cursors;
  }

  /** Where the list of people stands; undefined until some of it is here. */
  get rosterCursor(): Position | undefined {
    return [...this.#cursors.values()].find(({ stream }) => listsPeople(stream));
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  get checkpoint(): Checkpoint | null {
    return this.#place?.checkpoint ?? null;
  }

  /** The time of the last tick, by the server's clock as far as it is known, ms. */
  get now(): number {
    return this.#now;
  }

  /** The window of the chosen checkpoint by now. */
  get window(): string {
    return this.#place?.window ?? '';
  }

  /** Everybody who has a presence here and now, by the key of the subject. */
  get here(): ReadonlyMap<string, Presence> {
    return this.#here;
  }

  get headcount(): Headcount {
    return this.#headcount;
  }

  choose(checkpoint: string | null): void {
    this.#chosen = checkpoint;
  }

  /** Windows open and close with the clock, corrected as the server's: `offset` as last known when it is not given. */
  tick(now: number, offset: number = this.#offset): void {
    this.#offset = offset;
    this.#now = now + offset;
  }

  /** What this phone's own clock shows when the server's shows `at`, ms. */
  ownClock(at: number): number {
    return at - this.#offset;
  }

  /** Who was pulled as having a presence at any checkpoint, by the key of the subject. */
  pulledAt(checkpoint: Checkpoint): ReadonlyMap<string, Presence> {
    void this.#version;
    return this.#pulled({ checkpoint, window: '' });
  }

  /** Everybody who has a presence at `checkpoint` in its window of the moment `at` (RFC 3339), by the key of the subject. */
  presencesAt(checkpoint: Checkpoint, at: string): ReadonlyMap<string, Presence> {
    void this.#version;
    const place = { checkpoint, window: windowAt(checkpoint, at) };
    return laidOver(this.#pulled(place), this.#recordedAt(place));
  }

  presenceOf(subject: Subject): Presence | null {
    return this.#presences()(keyOf(this.roster.resolve(subject)));
  }

  /** How many of these, who are in the roster, are in. A delegation may have thousands: they are asked for at once. */
  countPresent(people: readonly Listed[]): number {
    const presenceOf = this.#presences();
    return people.filter(({ id }) => presenceOf(`person:${id}`)?.state === 'present').length;
  }

  /** Presence here and now by the key of the subject, as it is at this moment. */
  #presences(): (key: string) => Presence | null {
    void this.#version;
    const [own, pulled] = [this.#overlay, this.#place && this.#pulled(this.#place)];
    return (key) => {
      const recorded = own.get(key);
      return recorded === undefined ? (pulled?.get(key) ?? null) : recorded;
    };
  }

  /** Where this subject was seen by now, by whomever, the latest first. */
  sightings(subject: Subject): readonly Sighting[] {
    void this.#version;
    const key = keyOf(this.roster.resolve(subject));
    const places = new Map(this.#checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
    return [...this.#places.values()]
      .flatMap((presences) => presences.get(key) ?? [])
      .flatMap((presence) => {
        const checkpoint = places.get(presence.checkpoint);
        return checkpoint === undefined ? [] : [{ checkpoint, presence }];
      })
      .sort((a, b) => Date.parse(b.presence.since) - Date.parse(a.presence.since));
  }

  #recordedAt(place: Place): Overlay {
    return overlay(this.outbox.rows, place, { cursors: this.#cursors, pulled: this.#pulled(place), resolve: this.roster.resolve });
  }

  #pulled({ checkpoint, window }: Place): ReadonlyMap<string, PresenceRecord> {
    return this.#places.get(placeKey(checkpoint.id, window)) ?? new Map();
  }

  /** Whom the list does not know is counted apart; without a list nobody is a stranger. */
  #sortOf(key: string): keyof Headcount {
    const [kind, id = ''] = key.split(':');
    return kind === 'person' && (this.roster.size === 0 || this.roster.person(id)) ? 'present' : 'unidentified';
  }

  #drop(stream: string): void {
    for (const name of [...this.#buckets.keys()].filter((bucket) => bucket.startsWith(`${stream}|`))) this.#forget(name);
  }

  #put(stream: string, { number, rows }: Bucket): void {
    const name = `${stream}|${number}`;
    const of = <Body>(wanted: string): Body[] => rows.filter(({ kind }) => kind === wanted).map(({ body }) => body as Body);
    this.#forget(name);
    const presences = of<PresenceRecord>('presence').flatMap(asHeld);
    const counts = of<HeadcountRecord>('headcount').map(({ checkpoint, window, present, unidentified }) => [placeKey(checkpoint, window), { present, unidentified }] as const);
    this.#buckets.set(name, { presences, checkpoints: of('checkpoint'), counts });
    for (const { place, key, presence } of presences) {
      const pulled = this.#places.get(place) ?? new Map();
      this.#places.set(place, pulled.set(key, presence));
    }
  }

  #forget(bucket: string): void {
    for (const { place, key } of this.#buckets.get(bucket)?.presences ?? []) this.#places.get(place)?.delete(key);
    this.#buckets.delete(bucket);
  }
}

function laidOver(pulled: ReadonlyMap<string, Presence>, recorded: Overlay): ReadonlyMap<string, Presence> {
  const here = new Map(pulled);
  for (const [key, presence] of recorded) {
    if (presence === null) here.delete(key);
    else here.set(key, presence);
  }
  return here;
}

function asHeld(presence: PresenceRecord): Held['presences'] {
  const subject = subjectOf(presence.person, presence.credential);
  if (subject === null) return [];
  return [{ place: placeKey(presence.checkpoint, presence.window), key: keyOf(subject), presence }];
}

function placeKey(checkpoint: string, window: string): string {
  return `${checkpoint}|${window}`;
}
