import type { Draft, Outbox, OutboxRow } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';

/** What this phone recorded and still holds, in memory, in order; and the one way to record more. */
export class OutboxView {
  #rows = $state.raw<readonly OutboxRow[]>([]);
  #pending = $derived(this.#rows.filter(({ settled }) => settled === null).length);

  constructor(
    private readonly outbox: Outbox,
    private readonly bulletin: Bulletin,
    /** Something new waits to be sent. */
    private readonly recorded: () => void,
  ) {}

  get rows(): readonly OutboxRow[] {
    return this.#rows;
  }

  /** Operations without a verdict, those set aside included. */
  get pending(): number {
    return this.#pending;
  }

  /** How much a volunteer recorded on this phone, and how much of that has no verdict yet. */
  recordedBy = (actor: string): { readonly all: number; readonly waiting: number } => {
    const theirs = this.#rows.filter(({ operation }) => operation.actor === actor && operation.device === undefined);
    return { all: theirs.length, waiting: theirs.filter(({ settled }) => settled === null).length };
  };

  /** Resolves when the operation is safely on this phone. Rejects with StorageError: then nothing was recorded. */
  async enqueue(draft: Draft): Promise<OutboxRow> {
    const [row] = await this.enqueueAll([draft]);
    return row as OutboxRow; // one for each
  }

  /** The same for several that belong together, all or none. `when` they happened, by this phone's clock, ms: now. */
  async enqueueAll(drafts: readonly Draft[], when?: number): Promise<readonly OutboxRow[]> {
    const rows = await this.outbox.appendAll(drafts, when);
    const ids = rows.map(({ id }) => id);
    // Just before the caller goes on, so that what follows from the rows and from the answer is drawn at once.
    queueMicrotask(() => this.#merge(ids, rows));
    this.bulletin.tellOthers({ topic: 'outbox', ids });
    this.recorded();
    return rows;
  }

  /** Reads the named operations again. */
  async load(ids: readonly string[] | 'all'): Promise<void> {
    if (ids === 'all') this.#rows = await this.outbox.all();
    else this.#merge(ids, await this.outbox.some(ids));
  }

  /** Sends again what the server could not read. */
  async takeUpAgain(): Promise<void> {
    await this.outbox.takeUpAgain();
    this.bulletin.post({ topic: 'outbox', ids: 'all' });
  }

  #merge(ids: readonly string[], fresh: readonly OutboxRow[]): void {
    const named = new Set(ids);
    const kept = this.#rows.filter(({ id }) => !named.has(id));
    this.#rows = [...kept, ...fresh].sort((a, b) => a.seq - b.seq);
  }
}
