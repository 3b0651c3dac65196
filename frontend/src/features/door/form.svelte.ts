import type { OutboxRow } from '../../db/outbox';
import { movement, newcomer, registration, type Band } from '../../operations/checkin';
import { placing } from '../../operations/judging';
import { searchKey } from '../../rules/search';
import { say } from '../../words/words.svelte';
import { whyOf, type About, type Result } from './results';
import type { Tools } from './tools';

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

  take(band: Band, owner: string | undefined): void {
    this.#problem = owner === undefined ? null : say('new.band_taken', { name: owner });
    if (owner === undefined) this.#band = band;
  }

  /** Puts them on the list and lets them in: two operations, stored together. Where there are places, they choose one first. */
  async register(tools: Tools): Promise<Result | null> {
    const { attendance, outbox } = tools;
    attendance.tick(Date.now());
    const { checkpoint } = attendance;
    if (checkpoint === null || !this.#begin()) return null;
    const tidy = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
    const said = { name: tidy(this.name), delegation: tidy(this.delegation), role: tidy(this.role) };
    const who = newcomer({ ...said, band: this.#band });
    const about: About = { ...said, subject: { kind: 'person', id: who.person }, method: 'search' };
    const { kind } = placing(about.subject, 'arrive', tools);
    const arrival = kind === 'choose' ? [] : [movement('arrive', checkpoint.id, about.subject, about.method)];
    try {
      const rows = await outbox.enqueueAll([registration(who), ...arrival]);
      return kind === 'choose' ? { ...about, kind } : { ...about, kind: 'in', row: rows[1] as OutboxRow };
    } catch (error) {
      this.#busy = false;
      this.#problem = say('result.unsaved_help', { why: whyOf(error) });
      return null;
    }
  }

  /** There is a name, and it is not being stored already. */
  #begin(): boolean {
    if (this.#busy) return false;
    this.#problem = searchKey(this.name) === '' ? say('new.name_first') : null;
    this.#busy = this.#problem === null;
    return this.#busy;
  }
}
