import type { Guardian } from '../contract/protocol';
import type { Records } from '../db/records';
import { releaseHash, wrongInARow } from '../rules/release';
import { happenedAt } from './checkin';
import type { OutboxView } from './outbox.svelte';
import type { Listed } from './roster.svelte';

/** Release codes, as a lead's phone holds them: enough to tell a right one, without a network. */
export class Guardians {
  #buckets = new Map<number, readonly Guardian[]>();

  constructor(
    private readonly records: Records,
    private readonly outbox: OutboxView,
  ) {}

  /** Reads the named buckets again. */
  async load(stream: string, numbers: readonly number[] | 'all'): Promise<void> {
    const buckets = await this.records.buckets(stream, numbers);
    if (numbers === 'all') this.#buckets.clear();
    for (const { number, rows } of buckets) this.#buckets.set(number, rows.map(({ body }) => body as Guardian));
  }

  /** Whether somebody may take this person along who says `code`; null where this phone cannot know. */
  async check({ id, also }: Listed, code: string): Promise<boolean | null> {
    const kept = [...this.#buckets.values()].flat().filter(({ person }) => person === id || also.includes(person));
    for (const { salt, iterations, hash } of kept) if ((await releaseHash(code, salt, iterations)) === hash) return true;
    return kept.length === 0 ? null : false;
  }

  /** How many wrong codes this phone heard of them, since the last right one. */
  wrong({ id, also }: Listed): number {
    const tries = this.outbox.rows.flatMap(({ operation }) => {
      const { person, right } = operation.payload;
      if (operation.kind !== 'checkin.release_try' || (person !== id && !also.includes(String(person)))) return [];
      return [{ right: right === true, at: happenedAt(operation), seq: operation.seq, id: operation.id }];
    });
    return wrongInARow(tries).length;
  }
}
