// What a screen shows: pulled records, folded with this phone's own operations that are not yet visible in them.

import type { Checkpoint, Operation } from '../contract/protocol';
import type { OutboxRow } from '../db/outbox';
import type { Cursor, Position } from '../db/records';
import { fold, type Entry, type Presence } from '../rules/attendance';
import { windowAt } from '../rules/windows';
import { asEntry, happenedAt, keyOf, type Subject } from './checkin';

export type Cursors = ReadonlyMap<string, Position & Pick<Cursor, 'whole'>>;

/** Unsettled, or settled at a position that a stream held here has not reached, or where what is held is of another epoch. */
export function isUnseen(row: OutboxRow, cursors: Cursors): boolean {
  if (row.settled === null) return true;
  if (isRejected(row)) return false;
  const { at, epoch } = row.settled;
  return Object.entries(at).some(([stream, seq]) => {
    const cursor = cursors.get(stream);
    return cursor !== undefined && (seq > (cursor.whole ?? cursor.seq) || (epoch ?? cursor.epoch) !== cursor.epoch);
  });
}

/** Those of `rows` that are unseen, the earliest first. */
export function unseenOf(rows: readonly OutboxRow[], cursors: Cursors): readonly OutboxRow[] {
  return rows.filter((row) => isUnseen(row, cursors)).sort(inOrder);
}

function inOrder(a: OutboxRow, b: OutboxRow): number {
  return Date.parse(happenedAt(a.operation)) - Date.parse(happenedAt(b.operation)) || a.seq - b.seq;
}

export interface Place {
  readonly checkpoint: Checkpoint;
  readonly window: string;
}

/** For each subject that own unseen operations touch: its presence with them. */
export type Overlay = ReadonlyMap<string, Presence | null>;

export interface Known {
  readonly cursors: Cursors;
  /** The pulled presence of each subject. */
  readonly pulled: ReadonlyMap<string, Presence>;
  /** Turns a credential into its person where the roster knows it, so that a code and a name meet in one person. */
  readonly resolve: (subject: Subject) => Subject;
}

/** Folds the unseen operations of `rows` at `place` over what is known. */
export function overlay(rows: readonly OutboxRow[], place: Place, known: Known): Overlay {
  const undone = undoneBy(rows);
  const unseen = rows.filter((row) => isUnseen(row, known.cursors));
  const entries = new Map<string, Entry[]>();
  for (const { operation } of unseen) {
    const said = saidAt(place, operation, known);
    if (said !== null) entries.set(said.key, [...(entries.get(said.key) ?? []), said.entry]);
  }
  for (const row of targets(rows, unseen)) {
    const said = saidAt(place, row.operation, known);
    if (said !== null && !entries.has(said.key)) entries.set(said.key, []);
  }
  const theirs = strangers(rows, unseen);
  if (theirs.size > 0) for (const [key, { operation }] of known.pulled) if (theirs.has(operation) && !entries.has(key)) entries.set(key, []);
  const { policy } = place.checkpoint;
  const bases = new Map([...entries.keys()].map((key) => [key, known.pulled.get(key) ?? null]));
  uncover(entries, bases, { rows, place, known, undone });
  return new Map([...entries].map(([key, list]) => [key, fold(policy, bases.get(key) ?? null, list, undone)]));
}

interface Told {
  readonly rows: readonly OutboxRow[];
  readonly place: Place;
  readonly known: Known;
  readonly undone: ReadonlySet<string>;
}

/**
 * Where the record that a base stands for is undone, or an own arrival that it rests on, what was said before it counts
 * again. Of that, this phone knows its own: it is taken out of the base's count and folded again. What other phones said
 * comes with the next pull.
 */
function uncover(entries: Map<string, Entry[]>, bases: Map<string, Presence | null>, { rows, place, known, undone }: Told): void {
  const seen = rows.filter((row) => !isRejected(row) && !isUnseen(row, known.cursors));
  const gone = undoneBy(seen);
  const own = new Set(seen.map(({ id }) => id));
  const said = seen.flatMap(({ operation }) => saidAt(place, operation, known) ?? []);
  for (const [key, base] of bases) {
    const mine = said.filter((each) => each.key === key);
    const lost = mine.some(({ entry }) => entry.verb === 'arrive' && undone.has(entry.id) && !gone.has(entry.id));
    const ownLeave = base?.state === 'left' && own.has(base.operation) && lost;
    if (!base || !(undone.has(base.operation) || ownLeave)) continue;
    entries.get(key)?.push(...mine.map(({ entry }) => entry));
    const counted = mine.filter(({ entry }) => entry.verb === 'arrive' && entry.id !== base.operation && !gone.has(entry.id));
    bases.set(key, ownLeave ? null : { ...base, duplicates: Math.max(0, base.duplicates - counted.length) });
  }
}

/** What this phone has undone, for ever: also a void that is visible already, when its target is not. */
export function undoneBy(rows: readonly OutboxRow[]): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => (isRejected(row) ? [] : (voidedBy(row) ?? []))));
}

function targets(rows: readonly OutboxRow[], unseen: readonly OutboxRow[]): readonly OutboxRow[] {
  const wanted = new Set(unseen.map(voidedBy));
  return rows.filter(({ id }) => wanted.has(id));
}

/** What this phone undoes and did not record. */
function strangers(rows: readonly OutboxRow[], unseen: readonly OutboxRow[]): ReadonlySet<string> {
  const undone = new Set(undoneBy(unseen));
  for (const { id } of rows) undone.delete(id);
  return undone;
}

function voidedBy({ operation }: OutboxRow): string | null {
  return operation.kind === 'checkin.void' ? operation.refers_to : null;
}

function isRejected({ settled }: OutboxRow): boolean {
  return settled?.verdict === 'refused' || settled?.verdict === 'quarantined';
}

function saidAt(place: Place, operation: Operation, { resolve }: Known): { key: string; entry: Entry } | null {
  const said = asEntry(operation);
  if (said === null || said.checkpoint !== place.checkpoint.id) return null;
  if (windowAt(place.checkpoint, said.entry.at) !== place.window) return null;
  return { key: keyOf(resolve(said.subject)), entry: said.entry };
}
