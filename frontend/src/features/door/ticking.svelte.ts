import { movement, newGroup, voiding, type Subject, type Verb } from '../../operations/checkin';
import type { Group, Groups } from '../../operations/groups.svelte';
import type { OutboxView } from '../../operations/outbox.svelte';
import type { Listed } from '../../operations/roster.svelte';
import { say } from '../../words/words.svelte';
import { judge, type Judgement, type Known } from '../../operations/judging';
import { recentOf, type Recent } from './recents';
import { whyOf } from './results';
import { SIGNALS, type Signal } from '../../ui/signals';

export interface Member {
  readonly person: Listed;
  readonly judgement: Judgement;
}

/** Of a group: who may be ticked, who has to be asked something first, who is done, and who was never here to leave. */
export interface Parts {
  readonly open: readonly Member[];
  readonly ask: readonly Member[];
  readonly done: readonly Member[];
  readonly away: readonly Member[];
}

interface Tools extends Known {
  readonly outbox: OutboxView;
  readonly groups: Groups;
  readonly group: Group;
  readonly direction: () => Verb;
  /** For ears and hands. */
  readonly tell: (words: string, signal?: Signal) => void;
}

/** Ticks who of a group is here; one tap then records each of them by an operation of their own. */
export class Ticking {
  #ticked = $state.raw<ReadonlySet<string>>(new Set());
  #recordedAs = $state<string | null>(null);
  #leftOut = $state.raw<readonly string[]>([]);
  #problem = $state<string | null>(null);
  #begun = $state(false);
  #busy = false;

  #parts = $derived.by((): Parts => {
    const members = this.#people.map((person) => ({ person, ...this.#look(person) }));
    const of = (part: keyof Parts): readonly Member[] => members.filter((member) => member.part === part);
    return { open: of('open'), ask: of('ask'), done: of('done'), away: of('away') };
  });

  #chosen = $derived.by((): readonly Member[] => this.#parts.open.filter(({ person }) => this.#ticked.has(person.id)));

  #recorded = $derived.by((): readonly Recent[] => {
    const { outbox, attendance, roster } = this.tools;
    return this.#recordedAs === null ? [] : recentOf(outbox.rows, attendance.checkpoint?.id, roster, this.#recordedAs);
  });

  /** Who comes by one code is here, unless somebody says otherwise. */
  constructor(private readonly tools: Tools) {
    if (tools.group.code !== undefined) this.#ticked = this.#everybody;
  }

  get group(): Group {
    return this.tools.group;
  }

  get parts(): Parts {
    return this.#parts;
  }

  /** How many one tap would record. */
  get chosen(): number {
    return this.#chosen.length;
  }

  /** Some of them were recorded. */
  get settled(): boolean {
    return this.#recordedAs !== null;
  }

  /** For ears: how many are ticked, once somebody began to. */
  get spoken(): string {
    return this.#begun ? say('group.ticked', { count: this.chosen, total: this.#parts.open.length }) : '';
  }

  /** What the last tap recorded, person by person, as it stands now. */
  get recorded(): readonly Recent[] {
    return this.#recorded;
  }

  /** Names of those whom the last tap left out, for something had come between. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /** Why nothing was recorded, for a person. */
  get problem(): string | null {
    return this.#problem;
  }

  has(id: string): boolean {
    return this.#ticked.has(id);
  }

  tick(id: string, on: boolean): void {
    const ticked = new Set(this.#ticked);
    if (on) ticked.add(id);
    else ticked.delete(id);
    [this.#ticked, this.#begun] = [ticked, true];
  }

  tickAll(on: boolean): void {
    [this.#ticked, this.#begun] = [on ? this.#everybody : new Set(), true];
  }

  /** Records everybody who is ticked, all or nobody. */
  async record(): Promise<void> {
    const { attendance, outbox, direction } = this.tools;
    // The window of this tap; whoever changed meanwhile is asked for by themselves.
    attendance.tick(Date.now());
    const [{ checkpoint }, verb, members, group] = [attendance, direction(), this.#chosen, newGroup()];
    if (this.#busy || checkpoint === null || members.length === 0) return;
    this.#busy = true;
    try {
      const taken = new Set(members.map(({ person }) => person.id));
      const late = this.#people.filter(({ id }) => this.#ticked.has(id) && !taken.has(id));
      await outbox.enqueueAll(
        members.map(({ person, judgement }) => {
          const slot = judgement.kind === 'free' ? judgement.slot : undefined;
          return movement(verb, checkpoint.id, this.#subjectOf(person), this.group.code?.method ?? 'search', { slot, group });
        }),
      );
      [this.#recordedAs, this.#ticked, this.#begun, this.#problem, this.#leftOut] = [group, new Set(), false, null, late.map(({ name }) => name)];
      this.#tellRecorded(members.length, verb);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  /** Takes back whatever the last tap recorded and nobody has taken back yet. */
  async undo(): Promise<void> {
    const { outbox, tell } = this.tools;
    const rows = this.#recorded.filter(({ undone }) => !undone).map(({ row }) => row);
    if (this.#busy || rows.length === 0) return;
    this.#busy = true;
    try {
      await outbox.enqueueAll(rows.map(voiding));
      this.#problem = null;
      tell(say('group.undone', { count: rows.length }));
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#busy = false;
    }
  }

  get #people(): readonly Listed[] {
    return this.tools.groups.people(this.group);
  }

  get #everybody(): ReadonlySet<string> {
    return new Set(this.#parts.open.map(({ person }) => person.id));
  }

  // The code that was seen is its owner's; the others are named.
  #subjectOf({ id }: Listed): Subject {
    const { code } = this.group;
    return code?.owner === id ? { kind: 'credential', digest: code.digest } : { kind: 'person', id };
  }

  #look({ id }: Listed): { readonly judgement: Judgement; readonly part: keyof Parts } {
    const [subject, verb] = [{ kind: 'person', id } as const, this.tools.direction()];
    const judgement = judge(subject, verb, this.tools);
    const state = this.tools.attendance.presenceOf(subject)?.state;
    if (state === (verb === 'arrive' ? 'present' : 'left')) return { judgement, part: 'done' };
    if (judgement.kind !== 'free') return { judgement, part: 'ask' };
    return { judgement, part: verb === 'leave' && state !== 'present' ? 'away' : 'open' };
  }

  #tellRecorded(count: number, verb: Verb): void {
    const missing = this.#parts.open.length + this.#parts.ask.length;
    const words = [say('group.recorded', { count }), say('group.open', { count: missing })];
    this.tools.tell(`${words.join('. ')}.`, SIGNALS[verb === 'arrive' ? 'in' : 'out']);
  }

  #fail(error: unknown): void {
    this.#problem = say('result.unsaved_help', { why: whyOf(error) });
    this.tools.tell(this.#problem, SIGNALS.unsaved);
  }
}
