import type { Draft } from '../../db/outbox';
import { releaseTry } from '../../operations/checkin';
import type { Guardians } from '../../operations/guardians.svelte';
import type { OutboxView } from '../../operations/outbox.svelte';
import type { Listed } from '../../operations/roster.svelte';
import { say } from '../../words/words.svelte';
import { whyOf } from './results';

/** Wrong codes until a lead is told to call somebody, and the server raises an alert. */
const ENOUGH = 3;

/** Who is about to leave where, and what a lead needs to let them go. */
export interface Leaving {
  readonly person: Listed;
  readonly checkpoint: string;
  readonly guardians: Guardians;
  readonly outbox: OutboxView;
  /** Records that they leave, together with `tries`. */
  readonly letGo: (tries: readonly Draft[], override?: string) => Promise<void>;
}

/** A lead asks for the release code of somebody who is about to leave. */
export class Release {
  code = $state('');
  reason = $state('');
  #problem = $state<string | null>(null);
  #busy = $state(false);

  constructor(private readonly tools: Leaving) {}

  /** What is wrong, for a person. */
  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** How many wrong codes this phone heard in a row. */
  get wrong(): number {
    return this.tools.guardians.wrong(this.tools.person);
  }

  get mustCall(): boolean {
    return this.wrong >= ENOUGH;
  }

  /** Lets them go with the right code; keeps every try. */
  async check(): Promise<void> {
    if (this.#busy || this.code.trim() === '') return;
    this.#busy = true;
    try {
      this.#problem = await this.#answer();
    } catch (error) {
      this.#problem = whyOf(error);
    } finally {
      this.#busy = false;
    }
  }

  /** A lead decides, and says why. */
  async anyway(): Promise<void> {
    const reason = this.reason.trim();
    if (reason === '') this.#problem = say('release.reason_first');
    else await this.tools.letGo([], reason);
  }

  async #answer(): Promise<string | null> {
    const { person, checkpoint, guardians, outbox, letGo } = this.tools;
    const right = await guardians.check(person, this.code);
    if (right === null) return say('release.no_codes');
    const attempt = releaseTry(person.id, checkpoint, right);
    await (right ? letGo([attempt]) : outbox.enqueue(attempt));
    this.code = '';
    return right ? null : say('release.wrong');
  }
}
