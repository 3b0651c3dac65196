import type { Method, Verb } from '../../operations/checkin';
import { Groups, type Group } from '../../operations/groups.svelte';
import type { Listed } from '../../operations/roster.svelte';
import { say } from '../../words/words.svelte';
import { judge } from '../../operations/judging';
import type { KindWords } from './kinds';
import { Ticking } from './ticking.svelte';
import type { Tools } from './tools';
import type { Signal } from '../../ui/signals';

/** The group that is being ticked, if any. It stays while one of them is dealt with by themselves. */
export class Gathering {
  readonly groups: Groups;
  #ticking = $state.raw<Ticking | null>(null);

  constructor(
    private readonly tools: Tools,
    private readonly desk: { readonly direction: Verb; readonly words: KindWords },
    private readonly tell: (words: string, signal?: Signal) => void,
  ) {
    this.groups = new Groups(tools.roster);
  }

  get group(): Group | null {
    return this.#ticking?.group ?? null;
  }

  /** Who of it is ticked. */
  get ticking(): Ticking | null {
    return this.#ticking;
  }

  open(group: Group | null): void {
    const { tools, groups, desk, tell } = this;
    this.#ticking = group && new Ticking({ ...tools, groups, group, direction: () => desk.direction, tell });
  }

  /** Another screen comes: a group that was recorded makes room, unless somebody ticks on. */
  leave(): void {
    if (this.#ticking?.settled && this.#ticking.chosen === 0) this.open(null);
  }

  /** A code came, of `owner` or of nobody who is listed. Says whether it opened a family, whose code it is. */
  meet(owner: Listed | undefined, digest: string, method: Method): boolean {
    const { group } = this;
    // It was recorded: then it makes room when somebody else comes.
    if (this.#ticking?.settled && group !== null && !this.groups.people(group).some(({ id }) => id === owner?.id)) this.open(null);
    const family = owner === undefined ? null : this.groups.byOneCode(owner);
    if (owner === undefined || family === null) return false;
    // A camera sees it again and again: the ticks stay.
    if (group?.code?.digest !== digest) this.open({ ...family, code: { owner: owner.id, digest, method } });
    return true;
  }

  /** How many of a group are in. */
  sum(group: Group): string {
    const people = this.groups.people(group);
    return say(this.desk.words.of, { count: this.tools.attendance.countPresent(people), total: people.length });
  }

  /** Whether nobody of a group is left to be let in, or out. */
  isDone(group: Group): boolean {
    return this.groups.people(group).every(({ id }) => judge({ kind: 'person', id }, this.desk.direction, this.tools).kind === 'already');
  }
}
