import { attempt } from '../../db/connection';
import { movement, type Subject } from '../../operations/checkin';
import { Groups } from '../../operations/groups.svelte';
import { judge, reasonFor, type Known, type Reason } from '../../operations/judging';
import type { OutboxView } from '../../operations/outbox.svelte';
import { ALREADY, isAnother, Refusals } from '../../operations/refusals';
import type { Listed } from '../../operations/roster.svelte';
import { credentialDigest } from '../../rules/codes';
import { SIGNALS, type Signal } from '../../ui/signals';

/** What somebody is shown who held up a code; `hold`: they need a volunteer, and why is nobody's business who stands behind them. */
export interface Answer {
  readonly kind: 'in' | 'already' | 'hold';
  readonly name: string;
}

interface Tools extends Known {
  /** Its id. */
  readonly event: string;
  readonly outbox: OutboxView;
  readonly signal: (signal: Signal) => void;
}

const VOLUNTEER: Answer = { kind: 'hold', name: '' };

/** A kiosk at work: people hold up their codes, one after the other. */
export class Kiosk {
  #answer = $state.raw<Answer | null>(null);
  #trouble = $state<string | null>(null);
  #last: Promise<void> = Promise.resolve();
  readonly #refusals: Refusals;
  readonly #groups: Groups;

  constructor(private readonly tools: Tools) {
    this.#refusals = new Refusals(tools);
    this.#groups = new Groups(tools.roster);
  }

  get answer(): Answer | null {
    return this.#answer;
  }

  /** Why the last code was not recorded, for a volunteer; null when it was. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Whether it can tell who may come in: without a list, everybody sees a volunteer. */
  get open(): boolean {
    const { attendance } = this.tools;
    return attendance.checkpoint !== null && attendance.rosterCursor !== undefined;
  }

  /** Somebody holds up a code. Codes are answered in the order in which they came. */
  read(code: string): Promise<void> {
    return (this.#last = this.#last.then(() => this.#take(code)));
  }

  /** The next person, please. */
  done(): void {
    this.#answer = null;
  }

  async #take(code: string): Promise<void> {
    let answer: Answer = VOLUNTEER;
    this.#trouble = await attempt(async () => {
      answer = await this.#meet({ kind: 'credential', digest: await credentialDigest(this.tools.event, code.trim()) });
    });
    this.#answer = answer;
    this.tools.signal(SIGNALS[answer.kind]);
  }

  async #meet(subject: Subject & { readonly kind: 'credential' }): Promise<Answer> {
    const { attendance, roster, outbox } = this.tools;
    // The window of this moment, not of the last tick.
    attendance.tick(Date.now());
    const { checkpoint } = attendance;
    if (checkpoint === null || !this.open) return VOLUNTEER;
    const person = roster.byDigest(subject.digest);
    const judgement = judge(subject, 'arrive', this.tools);
    const reason = this.#reason(person, judgement);
    if (reason !== null) {
      await this.#refusals.notice(checkpoint.id, subject, reason);
      return VOLUNTEER;
    }
    if (judgement.kind === 'already') {
      if (isAnother(judgement.presence, attendance.now)) await this.#refusals.notice(checkpoint.id, subject, [ALREADY]);
      return { kind: 'already', name: '' };
    }
    await outbox.enqueue(movement('arrive', checkpoint.id, subject, 'scan'));
    return { kind: 'in', name: person?.name ?? '' };
  }

  /** Why a person has to decide: code and note of the refusal; null when nobody has to. */
  #reason(person: Listed | undefined, judgement: ReturnType<typeof judge>): Reason | null {
    if (person === undefined) return ['unknown_person'];
    if (judgement.kind === 'hold') return ['on_hold'];
    if (judgement.kind === 'barred') return reasonFor(judgement.against[0] ?? 'other');
    if (judgement.kind === 'choose') return ['other', 'a place has to be chosen'];
    // A volunteer sees with whom they come and go.
    if (person.guarded && this.tools.attendance.checkpoint?.guarded === true) return ['other', 'leaves with a guardian only'];
    // Somebody ticks who of them is here.
    return this.#groups.byOneCode(person) === null ? null : ['other', 'the code of a whole family'];
  }
}
