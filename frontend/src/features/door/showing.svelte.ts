import { keyOf } from '../../operations/checkin';
import type { Judgement } from '../../operations/judging';
import { isAnother, Refusals } from '../../operations/refusals';
import { SIGNALS, type Signal } from '../../ui/signals';
import { say } from '../../words/words.svelte';
import type { KindWords } from './kinds';
import { announced, reasonOf, whyOf, type About, type Result } from './results';
import type { Tools } from './tools';

/** What the screen says of the last person, and to people who hear it. */
export class Showing {
  #result = $state.raw<Result | null>(null);
  #announcement = $state('');
  /** The checkpoint at which the result came. */
  #at = '';
  /** It says that somebody may not come in, is in already, or must go to a desk first, and nobody has decided. */
  #open = false;
  /** Who is being sent away: a second tap is the same tap. */
  #sending: Result | null = null;
  readonly #refusals: Refusals;

  constructor(
    private readonly tools: Tools,
    private readonly desk: { readonly words: KindWords; readonly query: string; readonly forget: () => void },
  ) {
    this.#refusals = new Refusals(tools);
  }

  get result(): Result | null {
    return this.#result;
  }

  get announcement(): string {
    return this.#announcement;
  }

  /** Says something to people who hear the screen, and to ears and hands. */
  tell = (words: string, signal?: Signal): void => {
    this.#announcement = words;
    if (signal !== undefined) this.tools.signal?.(signal);
  };

  show(result: Result): void {
    // Whoever is picked in a list that is there anyway is looked at, and did not come.
    const came = result.method !== 'search' || this.desk.query !== '';
    this.desk.forget();
    this.turn(result, came);
    this.tell(announced(result, this.desk.words), SIGNALS[result.kind]);
  }

  unsaved(about: About, error: unknown, retry: () => Promise<void>): void {
    this.show({ ...about, kind: 'unsaved', why: whyOf(error), retry });
  }

  /** Something else takes the screen. Whoever was open until then was not let in: that is kept, as a kiosk does by itself. */
  turn(next: Result | null, came = false): void {
    const [before, at, open] = [this.#result, this.#at, this.#open];
    [this.#result, this.#at] = [next, this.tools.attendance.checkpoint?.id ?? ''];
    const again = came && next?.kind === 'already' && isAnother(next.presence, this.tools.attendance.now);
    this.#open = again || next?.kind === 'barred' || next?.kind === 'hold';
    if (open && before !== null && this.#whoIs(before) !== this.#whoIs(next)) void this.#sendAway(before, at, 'notice');
  }

  /** A person decides otherwise. */
  decide(): void {
    this.#open = false;
  }

  /** A person says that they were sent away, or on to the desk that a hold names. */
  async sendOn(about: Result): Promise<void> {
    if (this.#sending === about) return;
    this.decide();
    this.#sending = about;
    await this.#sendAway(about, this.#at, 'record');
    this.#sending = null;
  }

  /** Whether the screen asks the very same of this person already; then it is said again, and nothing else changes. */
  isAsking(about: About, found: Judgement): boolean {
    const result = this.#result;
    if (result === null || result.kind === 'already' || this.#whoIs(about) !== this.#whoIs(result)) return false;
    if (asked(result) !== asked(found)) return false;
    this.tell(announced(result, this.desk.words), SIGNALS[result.kind]);
    return true;
  }

  async #sendAway(about: Result, at: string, how: 'record' | 'notice'): Promise<void> {
    try {
      await this.#refusals[how](at, about.subject, reasonOf(about));
      // The next person may be on the screen by now.
      if (how === 'record' && this.#whoIs(about) === this.#whoIs(this.#result)) this.#result = null;
      if (this.#result === null && about.kind !== 'already') this.tell(say(about.kind === 'hold' ? 'result.sent_on' : 'result.sent_away', { name: about.name }));
    } catch (error) {
      this.unsaved(about, error, () => this.#sendAway(about, at, 'record'));
    }
  }

  #whoIs(result: About | null): string | null {
    return result && keyOf(this.tools.roster.resolve(result.subject));
  }
}

function asked(what: Result | Judgement): string {
  return [what.kind, 'desk' in what && what.desk, 'against' in what && what.against].join();
}
