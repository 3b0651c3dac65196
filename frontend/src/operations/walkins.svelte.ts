import type { Merged } from '../contract/protocol';
import { LikelyPeople, type Named } from '../rules/likeness';
import type { Attendance } from './attendance.svelte';
import type { Conflicts } from './conflicts.svelte';
import type { OutboxView } from './outbox.svelte';
import { unseenOf } from './overlay';
import type { Listed, Roster } from './roster.svelte';

interface Comparable extends Named {
  readonly listed: Listed;
}

/** A row that is somebody else’s, with who that is. `waits`: said on this phone, and not with the server yet. */
export interface Same extends Merged {
  readonly whole: string;
  readonly waits: boolean;
}

const LIKELY = 3;

/** Who came without being on the list: what was pulled, and what this phone said of them since. */
export class WalkIns {
  /** What this phone said and no pull has brought, the earliest first. */
  #unseen = $derived.by(() => unseenOf(this.outbox.rows, this.attendance.cursors).map(({ operation }) => operation));

  /** Of each person the latest merge among these. */
  #own = $derived.by((): ReadonlyMap<string, string> => {
    const said = this.#unseen.filter(({ kind }) => kind === 'checkin.merge');
    return new Map(said.map(({ payload }) => [String(payload.person), String(payload.into)]));
  });

  #waiting = $derived.by((): readonly Listed[] => {
    const kept = new Set(this.#unseen.filter(({ kind }) => kind === 'checkin.confirm').map(({ payload }) => payload.person));
    return this.roster.people.filter(({ id, walkIn }) => walkIn && !kept.has(id) && (this.#own.get(id) ?? id) === id);
  });

  #same = $derived.by((): readonly Same[] => {
    const pulled = this.conflicts.merged.filter(({ id }) => !this.#own.has(id)).map((each) => this.#told(each, false));
    const own = [...this.#own].flatMap(([id, into]) => {
      const row = this.roster.person(id);
      return row === undefined || id === into ? [] : this.#told({ id, name: row.name, delegation: row.delegation, into }, true);
    });
    return [...own, ...pulled];
  });

  #likely = $derived.by(() => new LikelyPeople(this.roster.people.map((listed) => this.#comparable(listed))));

  constructor(
    private readonly roster: Roster,
    private readonly attendance: Attendance,
    private readonly conflicts: Conflicts,
    private readonly outbox: OutboxView,
  ) {}

  /** Those whom nobody has dealt with. */
  get waiting(): readonly Listed[] {
    return this.#waiting;
  }

  /** Rows that were said to be somebody else. */
  get same(): readonly Same[] {
    return this.#same;
  }

  /** Who on the list it may be, the likeliest first. */
  likely(person: Listed): readonly Listed[] {
    return this.#likely.like(this.#comparable(person), LIKELY).map(({ person: { listed } }) => listed);
  }

  #told(row: Merged, waits: boolean): Same {
    return { ...row, whole: this.roster.nameOf({ kind: 'person', id: row.into }), waits };
  }

  #comparable(listed: Listed): Comparable {
    const { id, search, delegation } = listed;
    return { id, search, group: this.roster.groupOf(delegation), listed };
  }
}
