import { attempt } from '../../db/connection';
import { say } from '../../words/words.svelte';

/** The code that a person types, and what came of sending it. */
export class Form {
  typed = $state('');
  #problem = $state<string | null>(null);
  #busy = $state(false);

  constructor(
    code: string,
    /** Resolves to null, or to a sentence saying why not. */
    private readonly enrol: (code: string) => Promise<string | null>,
  ) {
    this.typed = code;
  }

  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#busy;
  }

  async submit(): Promise<void> {
    const code = this.typed.trim();
    if (code === '') {
      this.#problem = say('enrol.no_code');
      return;
    }
    this.#busy = true;
    this.#problem = await attempt(() => this.enrol(code));
    this.#busy = false;
  }
}
