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
  /** What a person types: the code, or the reason. */
  text = $state('');
  #deciding = $state(false);
  #problem = $state<string | null>(null);
  #busy = $state(false);

  constructor(private readonly tools: Leaving) {}

  /** A lead has no code, and says why instead. */
  get deciding(): boolean {
    return this.#deciding;
  }

  /** What is wrong, for a person. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The same with what came before; in one piece, to be heard once. */
  get said(): string {
    const { problem, wrong, mustCall } = this;
    return [problem, wrong > 0 && say('release.tries', { count: wrong }), mustCall && say('release.call')].filter(Boolean).join(' ');
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
    if (this.#busy || this.text.trim() === '') return;
    this.#busy = true;
    try {
      await this.#answer();
    } catch (error) {
      this.#problem = whyOf(error);
    } finally {
      this.#busy = false;
    }
  }

  /** From the code to the reason, or back. */
  turn(): void {
    [this.#deciding, this.#problem, this.text] = [!this.#deciding, null, ''];
  }

  /** A lead decides, and says why. */
  async anyway(): Promise<void> {
    const reason = this.text.trim();
    if (reason === '') this.#problem = say('release.reason_first');
    else await this.tools.letGo([], reason);
  }

  async #answer(): Promise<void> {
    const { person, checkpoint, guardians, outbox, letGo } = this.tools;
    const right = await guardians.check(person, this.text);
    if (right === null) return void (this.#problem = say('release.no_codes'));
    const attempt = releaseTry(person.id, checkpoint, right);
    // What follows is drawn with the try that it counts, and so heard once.
    await (right ? letGo([attempt]) : outbox.enqueueAll([attempt]));
    [this.text, this.#problem] = ['', right ? null : say('release.wrong')];
  }
}
