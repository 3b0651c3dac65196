/** An activity of the page's day; times in ms. */
export interface Item {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly cancelled: boolean;
}

export interface Present {
  readonly now: readonly string[];
  readonly next: readonly string[];
}

/** What is on, and what begins next: all that begins at that same time. As eventsync/schedule/pages/rules.py has it. */
export function present(items: readonly Item[], now: number): Present {
  const alive = items.filter((item) => !item.cancelled);
  const soonest = Math.min(...alive.filter((item) => item.start > now).map((item) => item.start));
  const ids = (some: readonly Item[]): string[] => some.map((item) => item.id);
  return {
    now: ids(alive.filter((item) => item.start <= now && now < item.end)),
    next: ids(alive.filter((item) => item.start === soonest)),
  };
}

export function isSame(one: Present, other: Present): boolean {
  return String(one.now) === String(other.now) && String(one.next) === String(other.next);
}
