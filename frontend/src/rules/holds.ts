// Twin of checkin/rules.py: desk_after, bound by tests/contract/vectors/holds.json.

/** What was said at some moment. `at` is the corrected time, RFC 3339. */
export interface Ordered {
  readonly at: string;
  readonly seq: number;
  readonly id: string;
}

/** One hold or release of a person; `desk` is empty when it was lifted. */
export interface HoldEntry extends Ordered {
  readonly desk: string;
}

/** Where a person must go first, by the latest of `entries` in order; empty for nobody's hold. */
export function deskAfter(entries: readonly HoldEntry[]): string {
  return [...entries].sort(inOrder).at(-1)?.desk ?? '';
}

export function inOrder(a: Ordered, b: Ordered): number {
  return Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
