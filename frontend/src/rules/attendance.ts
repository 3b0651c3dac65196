// Twin of checkin/rules.py: fold, bound by tests/contract/vectors/attendance.json.

import type { Policy } from './windows';

/** One arrive or leave of one subject at one checkpoint and window. `at` is the corrected time, RFC 3339. */
export interface Entry {
  readonly verb: 'arrive' | 'leave';
  readonly at: string;
  readonly seq: number;
  readonly id: string;
  readonly by: string;
  readonly slot?: string;
  /** What the device is called that it was recorded on. */
  readonly phone?: string;
}

/** What the entries of one subject at one checkpoint and window fold to. */
export interface Presence {
  readonly state: 'present' | 'left';
  readonly since: string;
  readonly by: string;
  readonly operation: string;
  readonly duplicates: number;
  /** The place that the deciding record names, such as a bed. */
  readonly slot?: string;
  /** Absent where this phone recorded it, until it is pulled, and in what servers wrote that did not tell. */
  readonly phone?: string;
}

/**
 * Presence after `entries`, the same for every order of them; null when nothing unvoided is left.
 *
 * `base` is what this phone has pulled: an entry that is already visible there changes nothing. A base names only the
 * record that decides, so a repeated arrival that is visible although its verdict was lost is counted once more in
 * `duplicates`, until it is sent again. No screen shows that number, and who is in is right all the same, unless both
 * records are undone before that.
 */
export function fold(
  policy: Policy,
  base: Presence | null,
  entries: readonly Entry[],
  voided: ReadonlySet<string>,
): Presence | null {
  const kept = withoutVoided(base, voided);
  const unvoided = entries.filter(({ id }) => !voided.has(id));
  if (policy === 'in_out') return latest(unvoided, kept);
  return admission(
    unvoided.filter(({ verb, id }) => verb === 'arrive' && id !== base?.operation),
    kept,
  );
}

function withoutVoided(base: Presence | null, voided: ReadonlySet<string>): Presence | null {
  if (base === null || !voided.has(base.operation)) return base;
  return base.duplicates === 0 ? null : { ...base, duplicates: base.duplicates - 1 };
}

function admission(arrivals: readonly Entry[], base: Presence | null): Presence | null {
  const duplicates = (base === null ? 0 : 1 + base.duplicates) + arrivals.length - 1;
  const first = [...arrivals].sort(inOrder)[0];
  if (base !== null && (first === undefined || time(base.since) <= time(first.at))) return { ...base, duplicates };
  return first === undefined ? null : presence('present', first, duplicates);
}

function latest(entries: readonly Entry[], base: Presence | null): Presence | null {
  // Nobody can have left who never came.
  if (base === null && entries.every(({ verb }) => verb === 'leave')) return null;
  const last = [...entries].sort(inOrder).at(-1);
  if (last === undefined || (base !== null && time(base.since) > time(last.at))) return base;
  return presence(last.verb === 'arrive' ? 'present' : 'left', last, 0);
}

function presence(state: Presence['state'], { verb: _, at: since, seq: __, id: operation, ...said }: Entry, duplicates: number): Presence {
  return { state, since, operation, duplicates, ...said };
}

/** Who recorded it, and on which phone; nothing twice. What was recorded by nobody has the phone in `by`. */
export function byWhom({ by, phone = '' }: { readonly by: string; readonly phone?: string }): string {
  return by.includes(phone) ? by : `${by} (${phone})`;
}

/** Who holds each slot of one checkpoint and window, by subject: who was first comes first. One is enough. */
export function slotHolders(presences: Iterable<readonly [string, Presence | null]>): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  const held = [...presences].flatMap(([subject, presence]) => (presence?.state === 'present' ? [{ subject, ...presence }] : []));
  held.sort((a, b) => time(a.since) - time(b.since) || (a.subject < b.subject ? -1 : 1));
  for (const { subject, slot } of held) {
    if (slot !== undefined) holders.set(slot, [...(holders.get(slot) ?? []), subject]);
  }
  return holders;
}

function inOrder(a: Entry, b: Entry): number {
  return time(a.at) - time(b.at) || a.seq - b.seq || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function time(at: string): number {
  return Date.parse(at);
}
