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

  /** Resolves when the operation is safely on this phone. Rejects with StorageError: then nothing was recorded. */
  async enqueue(draft: Draft): Promise<OutboxRow> {
    const row = await this.outbox.append(draft);
    // Just before the caller goes on, so that what follows from the row and from the answer is drawn at once.
    queueMicrotask(() => this.#merge([row.id], [row]));
    this.bulletin.tellOthers({ topic: 'outbox', ids: [row.id] });
    this.recorded();
    return row;
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
