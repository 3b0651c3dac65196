import type { Checkpoint, PresenceRecord } from '../contract/protocol';
import type { Bucket, Records } from '../db/records';
import { type Presence } from '../rules/attendance';
import { windowAt } from '../rules/windows';
import { keyOf, subjectOf, type Subject } from './checkin';
import { overlay, type Cursors, type Overlay, type Place } from './overlay';
import type { OutboxView } from './outbox.svelte';
import type { Roster } from './roster.svelte';

export interface Headcount {
  readonly present: number;
  readonly unidentified: number;
}

interface Held {
  readonly place: string;
  readonly key: string;
  readonly presence: PresenceRecord;
}

/** Who is in: what was pulled, folded with what this phone recorded. */
export class Attendance {
  #version = $state(0);
  #cursors = $state.raw<Cursors>(new Map());
  #checkpoints = $state.raw<readonly Checkpoint[]>([]);
  #chosen = $state<string | null>(null);
  #now = $state(Date.now());
  #buckets = new Map<string, { held: readonly Held[]; checkpoints: readonly Checkpoint[] }>();
  /** By checkpoint and window, then by subject. */
  #places = new Map<string, Map<string, PresenceRecord>>();

  #place = $derived.by((): Place | null => {
    const checkpoint = this.#checkpoints.find(({ id }) => id === this.#chosen);
    if (checkpoint === undefined) return null;
    return { checkpoint, window: windowAt(checkpoint, new Date(this.#now).toISOString()) };
  });

  #overlay = $derived.by((): Overlay => {
    void this.#version;
    if (this.#place === null) return new Map();
    const base = this.#base(this.#place);
    const known = { cursors: this.#cursors, base: (key: string) => base.get(key) ?? null, resolve: this.roster.resolve };
    return overlay(this.outbox.rows, this.#place, known);
  });

  /** The headcount of what was pulled: counted once for each pull, not for each tap. */
  #pulled = $derived.by((): Headcount => {
    void this.#version;
    if (this.#place === null) return { present: 0, unidentified: 0 };
    const inside = [...this.#base(this.#place)].filter(([, { state }]) => state === 'present');
    const people = inside.filter(([key]) => isPerson(key)).length;
    return { present: people, unidentified: inside.length - people };
  });

  #headcount = $derived.by((): Headcount => {
    let { present, unidentified } = this.#pulled;
    for (const [key, presence] of this.#overlay) {
      const before = this.#place === null ? undefined : this.#base(this.#place).get(key);
      const change = Number(presence?.state === 'present') - Number(before?.state === 'present');
      if (isPerson(key)) present += change;
      else unidentified += change;
    }
    return { present, unidentified };
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
    this.#checkpoints = [...this.#buckets.values()]
      .flatMap(({ checkpoints }) => checkpoints)
      .sort((a, b) => (a.venue ?? '').localeCompare(b.venue ?? '') || a.name.localeCompare(b.name));
    this.#version++;
  }

  async loadCursors(): Promise<void> {
    this.#cursors = new Map((await this.records.cursors()).map((cursor) => [cursor.stream, cursor]));
  }

  get cursors(): Cursors {
    return this.#cursors;
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.#checkpoints;
  }

  get checkpoint(): Checkpoint | null {
    return this.#place?.checkpoint ?? null;
  }

  get headcount(): Headcount {
    return this.#headcount;
  }

  choose(checkpoint: string | null): void {
    this.#chosen = checkpoint;
  }

  /** Windows open and close with the clock, corrected as the server's. */
  tick(now: number): void {
    this.#now = now;
  }

  presenceOf(subject: Subject): Presence | null {
    void this.#version;
    const key = keyOf(this.roster.resolve(subject));
    const own = this.#overlay.get(key);
    if (own !== undefined) return own;
    return this.#place === null ? null : (this.#base(this.#place).get(key) ?? null);
  }

  #base(place: Place): Map<string, PresenceRecord> {
    return this.#places.get(placeKey(place.checkpoint.id, place.window)) ?? new Map<string, PresenceRecord>();
  }

  #drop(stream: string): void {
    for (const name of [...this.#buckets.keys()].filter((bucket) => bucket.startsWith(`${stream}|`))) this.#forget(name);
  }

  #put(stream: string, { number, rows }: Bucket): void {
    const name = `${stream}|${number}`;
    this.#forget(name);
    const held = rows.filter(({ kind }) => kind === 'presence').flatMap(({ body }) => asHeld(body as PresenceRecord));
    const checkpoints = rows.filter(({ kind }) => kind === 'checkpoint').map(({ body }) => body as Checkpoint);
    this.#buckets.set(name, { held, checkpoints });
    for (const { place, key, presence } of held) {
      const known = this.#places.get(place) ?? new Map<string, PresenceRecord>();
      this.#places.set(place, known.set(key, presence));
    }
  }

  #forget(bucket: string): void {
    for (const { place, key } of this.#buckets.get(bucket)?.held ?? []) this.#places.get(place)?.delete(key);
    this.#buckets.delete(bucket);
  }
}

function asHeld(presence: PresenceRecord): Held[] {
  const subject = subjectOf(presence.person, presence.credential);
  if (subject === null) return [];
  return [{ place: placeKey(presence.checkpoint, presence.window), key: keyOf(subject), presence }];
}

function isPerson(key: string): boolean {
  return key.startsWith('person:');
}

function placeKey(checkpoint: string, window: string): string {
  return `${checkpoint}|${window}`;
}
