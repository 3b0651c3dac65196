/** Long enough for a camera to see each twice, and fewer than three a second: more can harm people who react to flashes. */
const EACH_MS = 340;

/** Codes one after the other, round after round, until it is stopped. */
export class Parade {
  #at = $state(0);
  #rounds = $state(0);
  #order = $state.raw<readonly number[]>([]);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly frames: readonly string[],
    private readonly random: () => number = Math.random,
  ) {
    this.#order = frames.map((_, at) => at);
  }

  get frame(): string {
    return this.frames[this.#order[this.#at] ?? 0] ?? '';
  }

  /** Its place in this round, from 1. */
  get place(): number {
    return this.#at + 1;
  }

  /** How often all were shown. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Starts it; the answer stops it. */
  start(): () => void {
    this.#timer = setInterval(() => this.#step(), EACH_MS);
    return () => clearInterval(this.#timer);
  }

  #step(): void {
    if (this.frames.length < 2) return;
    this.#at = (this.#at + 1) % this.frames.length;
    if (this.#at === 0) this.#again();
  }

  // In another order each time: a camera that blinks in step with one round misses other codes in the next.
  #again(): void {
    this.#rounds++;
    const keyed = this.frames.map((_, at) => ({ at, key: this.random() }));
    this.#order = keyed.sort((a, b) => a.key - b.key).map(({ at }) => at);
  }
}
