import type { OutboxRow } from '../db/outbox';
import { deskAfter, type HoldEntry } from '../rules/holds';
import type { Attendance } from './attendance.svelte';
import { happenedAt } from './checkin';
import type { OutboxView } from './outbox.svelte';
import { isUnseen } from './overlay';
import type { Listed, Roster } from './roster.svelte';

/** Who must go to a desk first: what was pulled, and what this phone said since. */
export class Holds {
  #own = $derived.by((): ReadonlyMap<string, string> => {
    const said = new Map<string, HoldEntry[]>();
    for (const row of this.outbox.rows) {
      const entry = asHold(row);
      if (entry !== null && isUnseen(row, this.attendance.cursors)) said.set(entry.person, [...(said.get(entry.person) ?? []), entry]);
    }
    return new Map([...said].map(([person, entries]) => [person, deskAfter(entries)]));
  });

  #all = $derived.by((): readonly Listed[] => {
    const own = [...this.#own.keys()].flatMap((id) => this.roster.person(id) ?? []);
    return [...new Set([...this.roster.held, ...own])].filter(({ id }) => this.deskOf(id) !== '');
  });

  constructor(
    private readonly outbox: OutboxView,
    private readonly attendance: Attendance,
    private readonly roster: Roster,
  ) {}

  /** Everybody on hold. */
  get all(): readonly Listed[] {
    return this.#all;
  }

  /** The desk that a person must go to first; empty without a hold. */
  deskOf(person: string): string {
    return this.#own.get(person) ?? this.roster.person(person)?.hold ?? '';
  }
}

function asHold({ operation }: OutboxRow): (HoldEntry & { readonly person: string }) | null {
  const { person, desk } = operation.payload;
  if (!/^checkin\.(hold|release)$/.test(operation.kind) || typeof person !== 'string') return null;
  const held = operation.kind === 'checkin.hold' && typeof desk === 'string';
  return { person, desk: held ? desk : '', at: happenedAt(operation), seq: operation.seq, id: operation.id };
}
