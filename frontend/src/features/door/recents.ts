// What this phone recorded last at one checkpoint: arrivals, departures, and who was sent away.

import type { OutboxRow } from '../../db/outbox';
import { asEntry, happenedAt, isCarried, subjectOf, type Subject, type Verb } from '../../operations/checkin';
import { undoneBy } from '../../operations/overlay';
import type { Roster } from '../../operations/roster.svelte';

export interface Recent {
  readonly row: OutboxRow;
  readonly verb: Verb | 'refuse';
  readonly at: string;
  readonly subject: Subject;
  readonly name: string;
  readonly slot: string;
  readonly undone: boolean;
}

const MOST = 8;

/** The last few, or all of one `group`. */
export function recentOf(rows: readonly OutboxRow[], checkpoint: string | undefined, roster: Roster, group?: string): readonly Recent[] {
  const undone = undoneBy(rows);
  const recent: Recent[] = [];
  for (let at = rows.length - 1; at >= 0 && (group !== undefined || recent.length < MOST); at--) {
    const row = rows[at];
    if (row === undefined || isCarried(row) || row.operation.payload['checkpoint'] !== checkpoint) continue;
    if (group !== undefined && row.operation.payload['group'] !== group) continue;
    const { kind, payload } = row.operation;
    const [said, subject] = [asEntry(row.operation), subjectOf(payload['person'], payload['credential'])];
    if (subject === null || (said === null && kind !== 'checkin.refuse')) continue;
    const told = { name: roster.nameOf(subject), slot: said?.entry.slot ?? '', undone: undone.has(row.id) };
    recent.push({ row, verb: said?.entry.verb ?? 'refuse', at: happenedAt(row.operation), subject, ...told });
  }
  return recent;
}
