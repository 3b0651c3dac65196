import type { OutboxView } from '../../operations/outbox.svelte';
import { Marking } from './marking.svelte';

/** What a lead has begun and not recorded yet. It is there again when they come back from another screen. */
export class Begun {
  /** Who is ticked on a list on paper, and what the list says of all of them; '' is not chosen yet. */
  readonly paper: Marking;
  where = $state('');
  leaving = $state(false);
  /** As a field for date and time holds it. */
  written = $state('');
  isOpen = $state(false);
  /** What they heard of somebody's safety. */
  about = $state('dietary');
  text = $state('');
  /** What is written beside conflicts, by their ids. */
  readonly notes = new Map<string, string>();
  #still = new Map<string, Marking>();

  constructor(private readonly outbox: OutboxView) {
    this.paper = new Marking(outbox);
  }

  /** Who is ticked as gone from a checkpoint. */
  still(checkpoint: string): Marking {
    const marking = this.#still.get(checkpoint) ?? new Marking(this.outbox);
    this.#still.set(checkpoint, marking);
    return marking;
  }
}
