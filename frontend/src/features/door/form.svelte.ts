import type { Band, Newcomer } from '../../operations/checkin';
import { searchKey } from '../../rules/search';
import { say } from '../../words/words.svelte';

/** What a volunteer writes down of somebody who is not on the list. */
export class Form {
  name = $state('');
  delegation = $state('');
  role = $state('');
  #band = $state.raw<Band | null>(null);
  #problem = $state<string | null>(null);
  #busy = false;

  constructor(name: string, band: Band | null) {
    this.name = name;
    this.#band = band;
  }

  /** The wristband that they get; a code that is read while this is open is theirs. */
  get band(): Band | null {
    return this.#band;
  }

  /** Why it cannot go on as it is, for a person. */
  get problem(): string | null {
    return this.#problem;
  }

  get said(): Omit<Newcomer, 'person'> {
    const tidy = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
    return { name: tidy(this.name), delegation: tidy(this.delegation), role: tidy(this.role), band: this.#band };
  }

  take(band: Band, owner: string | undefined): void {
    this.#problem = owner === undefined ? null : say('new.band_taken', { name: owner });
    if (owner === undefined) this.#band = band;
  }

  /** Says whether it may be stored now: there is a name, and it is not being stored already. */
  begin(): boolean {
    if (this.#busy) return false;
    this.#problem = searchKey(this.name) === '' ? say('new.name_first') : null;
    this.#busy = this.#problem === null;
    return this.#busy;
  }

  fail(why: string): void {
    this.#busy = false;
    this.#problem = say('result.unsaved_help', { why });
  }
}
