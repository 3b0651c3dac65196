import { attempt } from '../../db/connection';
import type { Draft, OutboxRow } from '../../db/outbox';
import { voiding } from '../../operations/checkin';
import type { OutboxView } from '../../operations/outbox.svelte';

/** Who of a list is ticked; one tap records something of each, one more takes all of that back. */
export class Marking {
  #ticked = $state.raw<ReadonlySet<string>>(new Set());
  #rows = $state.raw<readonly OutboxRow[]>([]);
  #problem = $state<string | null>(null);
  #busy = $state(false);

  constructor(private readonly outbox: OutboxView) {}

  get ticked(): ReadonlySet<string> {
    return this.#ticked;
  }

  /** How many the last tap recorded, and nobody took back. */
  get recorded(): number {
    return this.#rows.length;
  }

  /** Why nothing was recorded, for a person. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Something is being stored: until that is done, nothing else is. */
  get busy(): boolean {
    return this.#busy;
  }

  tick = (key: string, on: boolean): void => {
    const ticked = new Set(this.#ticked);
    if (on) ticked.add(key);
    else ticked.delete(key);
    this.#ticked = ticked;
  };

  /** Records all of `drafts`, of `people`, or nothing; `when`: by this phone's clock, ms. */
  record(people: readonly { readonly id: string }[], drafts: readonly Draft[], when?: number): Promise<void> {
    return this.#store(async () => {
      this.#rows = await this.outbox.enqueueAll(drafts, when);
      for (const { id } of people) this.tick(id, false);
    });
  }

  undo(): Promise<void> {
    return this.#store(async () => {
      await this.outbox.enqueueAll(this.#rows.map(voiding));
      this.#rows = [];
    });
  }

  async #store(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = await attempt(work);
    this.#busy = false;
  }
}
