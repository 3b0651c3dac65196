import { tick } from 'svelte';
import { attempt } from '../../db/connection';
import type { Draft } from '../../db/outbox';
import type { OutboxView } from '../../operations/outbox.svelte';

/** What a lead says with one tap, one thing after the other, and what came of it. */
export class Recording {
  #problem = $state<string | null>(null);
  #told = $state('');
  #busy = false;

  constructor(private readonly outbox: Pick<OutboxView, 'enqueue'>) {}

  /** Why the last one was not recorded, for a person; null when it was. */
  get problem(): string | null {
    return this.#problem;
  }

  /** What the last one did, for people who hear the screen. */
  get told(): string {
    return this.#told;
  }

  /** Resolves to whether it was recorded, when the screen shows it: until then another tap is the second of two quick ones. */
  async record(draft: Draft, told: string): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    this.#problem = await attempt(async () => void (await this.outbox.enqueue(draft)));
    this.#told = this.#problem === null ? told : '';
    await tick();
    this.#busy = false;
    return this.#problem === null;
  }
}
