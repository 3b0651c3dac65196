/** How one round ended, and so when the next one is due. */
export type Outcome =
  /** In: all is done for now. Out: after `ms`, or a kick. */
  | { readonly kind: 'rest'; readonly ms: number }
  /** In: something failed. Out: after the backoff (or not before `retryAfterMs`), or a kick. */
  | { readonly kind: 'failed'; readonly retryAfterMs: number | null };

const FIRST_MS = 1_000;
const LAST_MS = 300_000;

/** Runs rounds for ever, one at a time. Whatever happens, a timer is armed afterwards: it can be late, never stuck. */
export class Loop {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #kicked = false;
  #stopped = false;
  #failures = 0;
  #notBefore = 0;

  /** `round` is told whether somebody kicked, or only time has passed. */
  constructor(
    private readonly round: (kicked: boolean) => Promise<Outcome>,
    private readonly random: () => number = Math.random,
  ) {}

  /** Runs now (a person's tap, something new to do, the screen lit up), but never sooner than the server asked for. */
  kick(afterMs = 0): void {
    this.#failures = 0;
    this.#kicked = true;
    if (!this.#running) this.#arm(afterMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), Math.max(ms, this.#notBefore - performance.now()));
  }

  async #run(): Promise<void> {
    this.#running = true;
    const kicked = this.#kicked;
    this.#kicked = false;
    let outcome: Outcome = { kind: 'failed', retryAfterMs: null };
    try {
      outcome = await this.round(kicked);
    } catch (error) {
      console.error('a round of synchronisation failed', error);
    }
    this.#running = false;
    const ms = this.#delay(outcome);
    this.#arm(this.#kicked ? 0 : ms);
  }

  #delay(outcome: Outcome): number {
    if (outcome.kind === 'rest') {
      this.#failures = 0;
      return outcome.ms;
    }
    const ceiling = Math.min(LAST_MS, FIRST_MS * 2 ** this.#failures++);
    if (outcome.retryAfterMs !== null) this.#notBefore = performance.now() + outcome.retryAfterMs + this.random() * FIRST_MS;
    return this.random() * ceiling;
  }
}
