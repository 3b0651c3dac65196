import type { Conflict, Merged } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';
import type { Records } from '../db/records';
import { slotHolders } from '../rules/attendance';
import type { Attendance } from './attendance.svelte';
import { asEntry, keyOf, subjectOf } from './checkin';
import type { OutboxView } from './outbox.svelte';
import { undoneBy, unseenOf } from './overlay';

const ENOUGH: Readonly<Record<Conflict['what'], number>> = { second_admission: 2, swapped_wristband: 2, slot_taken: 2, unknown_person: 1 };

/** What a lead must look at: what was pulled, and what this phone said since. */
export class Conflicts {
  #buckets = new Map<number, readonly Conflict[]>();
  #pulled = $state.raw<readonly Conflict[]>([]);
  #mergedBuckets = new Map<number, readonly Merged[]>();
  #merged = $state.raw<readonly Merged[]>([]);

  #all = $derived.by((): readonly Conflict[] => {
    const unseen = unseenOf(this.outbox.rows, this.attendance.cursors);
    const undone = undoneBy(unseen);
    const moved = movedBy(unseen.filter(({ id }) => !undone.has(id)));
    return this.#pulled
      .map((conflict) => ({ ...conflict, operations: conflict.operations.filter((each) => !undone.has(each.id) && !moved.has(placeOf(conflict, each))) }))
      .filter(({ what, operations }) => operations.length >= ENOUGH[what])
      .map((conflict) => unseen.filter((row) => row.operation.payload.conflict === conflict.id).reduce(after, conflict))
      .sort((a, b) => latest(b).localeCompare(latest(a)));
  });

  constructor(
    private readonly records: Records,
    private readonly outbox: OutboxView,
    private readonly attendance: Attendance,
  ) {}

  /** The newest first. */
  get all(): readonly Conflict[] {
    return this.#all;
  }

  /** Rows of the roster that are somebody else’s, as pulled. */
  get merged(): readonly Merged[] {
    return this.#merged;
  }

  get open(): number {
    return this.#all.filter(({ state }) => state === 'open').length;
  }

  /** A free place for one of those who have the same, as far as this phone knows: where who comes again moves there. */
  spare({ operations: [first], slot }: Conflict): string | undefined {
    const checkpoint = this.attendance.checkpoints.find(({ id }) => id === first?.checkpoint);
    if (slot === undefined || checkpoint?.policy !== 'in_out') return undefined;
    const held = slotHolders(this.attendance.pulledAt(checkpoint));
    const given = new Set(unseenOf(this.outbox.rows, this.attendance.cursors).map(({ operation }) => operation.payload.slot));
    return checkpoint.slots?.find((each) => !held.has(each) && !given.has(each));
  }

  /** Reads the named buckets again. */
  async load(stream: string, numbers: readonly number[] | 'all'): Promise<void> {
    const buckets = await this.records.buckets(stream, numbers);
    if (numbers === 'all') {
      this.#buckets.clear();
      this.#mergedBuckets.clear();
    }
    for (const { number, rows } of buckets) {
      this.#buckets.set(number, rows.flatMap(({ kind, body }) => (kind === 'conflict' ? (body as Conflict) : [])));
      this.#mergedBuckets.set(number, rows.flatMap(({ kind, body }) => (kind === 'merged' ? (body as Merged) : [])));
    }
    this.#merged = [...this.#mergedBuckets.values()].flat();
    this.#pulled = [...this.#buckets.values()].flat();
  }
}

function after(conflict: Conflict, { operation: { kind, actor, payload } }: OutboxRow): Conflict {
  const by = actor ?? '';
  if (kind === 'checkin.own') return { ...conflict, owner: by, state: conflict.state === 'resolved' ? 'resolved' : 'owned' };
  if (payload.resolution === 'reopened') return { ...conflict, state: conflict.owner === undefined ? 'open' : 'owned' };
  return { ...conflict, state: 'resolved', resolution: String(payload.resolution), resolved_by: by };
}

type Told = Conflict['operations'][number];

/** Who has a place by a record, and where; empty unless that is what the conflict is about. */
function placeOf({ slot }: Conflict, { checkpoint, person, credential }: Told): string {
  const subject = subjectOf(person, credential);
  return slot === undefined || subject === null ? '' : `${checkpoint}|${keyOf(subject)}`;
}

/** The same of everybody whom these rows put somewhere else. */
function movedBy(rows: readonly OutboxRow[]): ReadonlySet<string> {
  const said = rows.flatMap(({ operation }) => asEntry(operation) ?? []);
  return new Set(said.map(({ checkpoint, subject }) => `${checkpoint}|${keyOf(subject)}`));
}

function latest({ operations }: Conflict): string {
  return operations.at(-1)?.at ?? '';
}
