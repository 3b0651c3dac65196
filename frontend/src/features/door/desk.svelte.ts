import { StorageError } from '../../db/connection';
import type { OutboxRow } from '../../db/outbox';
import type { Attendance } from '../../operations/attendance.svelte';
import { asEntry, keyOf, movement, voiding, type Method, type Subject, type Verb } from '../../operations/checkin';
import type { OutboxView } from '../../operations/outbox.svelte';
import { undoneBy } from '../../operations/overlay';
import type { Listed, Roster } from '../../operations/roster.svelte';
import type { Presence } from '../../rules/attendance';
import { credentialDigest, isOurCode } from '../../rules/codes';

interface About {
  readonly subject: Subject;
  readonly name: string;
  readonly delegation: string;
  readonly method: Method;
}

/** What the screen says about the last person. */
export type Result =
  | (About & { readonly kind: 'in' | 'out'; readonly row: OutboxRow })
  | (About & { readonly kind: 'already'; readonly presence: Presence })
  | (About & { readonly kind: 'unlisted' })
  | (About & { readonly kind: 'unsaved'; readonly why: string; readonly retry: () => Promise<void> });

export interface Recent {
  readonly row: OutboxRow;
  readonly verb: Verb;
  readonly at: string;
  readonly name: string;
  readonly undone: boolean;
}

const SHOWN = 30;
const RECENT = 8;
const UNKNOWN_NAME = 'Not on the list';

/** One door at work: what is looked for, who was found, what came of it. */
export class Desk {
  #query = $state('');
  #result = $state.raw<Result | null>(null);
  #direction = $state<Verb>('arrive');
  #announcement = $state('');
  #byCode = $state.raw<Listed | null>(null);
  /** Subjects on their way to the disk: a second tap on one of them is the same tap. */
  #underWay = new Set<string>();

  #found = $derived.by((): readonly Listed[] => {
    const byName = this.tools.roster.search(this.#query, SHOWN);
    if (this.#byCode === null) return byName;
    const { id } = this.#byCode;
    return [this.#byCode, ...byName.filter((person) => person.id !== id)];
  });

  #recent = $derived.by((): readonly Recent[] => {
    const { outbox, attendance, roster } = this.tools;
    const undone = undoneBy(outbox.rows);
    const recent: Recent[] = [];
    for (let at = outbox.rows.length - 1; at >= 0 && recent.length < RECENT; at--) {
      const row = outbox.rows[at];
      const said = row && asEntry(row.operation);
      if (!said || said.checkpoint !== attendance.checkpoint?.id) continue;
      const { verb, at: when } = said.entry;
      recent.push({ row, verb, at: when, name: roster.nameOf(said.subject), undone: undone.has(row.id) });
    }
    return recent;
  });

  constructor(
    private readonly tools: {
      readonly event: string;
      readonly roster: Roster;
      readonly attendance: Attendance;
      readonly outbox: OutboxView;
    },
  ) {}

  get query(): string {
    return this.#query;
  }

  get result(): Result | null {
    return this.#result;
  }

  get found(): readonly Listed[] {
    return this.#found;
  }

  get recent(): readonly Recent[] {
    return this.#recent;
  }

  /** For people who hear the screen. */
  get announcement(): string {
    return this.#announcement;
  }

  get direction(): Verb {
    return this.tools.attendance.checkpoint?.policy === 'in_out' ? this.#direction : 'arrive';
  }

  set direction(verb: Verb) {
    this.#direction = verb;
  }

  /** Looks for `query` as a name, and as a code of the roster. */
  async look(query: string): Promise<void> {
    this.#query = query;
    if (query.trim() !== '') this.#result = null;
    this.#byCode = null;
    const digest = await credentialDigest(this.tools.event, query.trim());
    if (this.#query === query && query !== '') this.#byCode = this.tools.roster.byDigest(digest) ?? null;
  }

  /** Enter, or a reader that types: a code is acted upon, a name only looked for. Says whether it was a code. */
  async submit(typed: string): Promise<boolean> {
    const text = typed.trim();
    const digest = await credentialDigest(this.tools.event, text);
    const known = this.tools.roster.byDigest(digest);
    if (known === undefined && !isOurCode(text)) return false;
    await this.code(text);
    return true;
  }

  /** Acts upon a code that a person read off a wristband. */
  async code(text: string): Promise<void> {
    const digest = await credentialDigest(this.tools.event, text.trim());
    const about = this.#about({ kind: 'credential', digest }, 'typed');
    if (this.tools.roster.byDigest(digest) === undefined) this.#show({ ...about, kind: 'unlisted' });
    else await this.#meet(about);
  }

  async tap(person: Listed): Promise<void> {
    await this.#meet(this.#about({ kind: 'person', id: person.id }, 'search'));
  }

  /** Records what the screen only offered: again, or without a name. */
  async anyway(about: About): Promise<void> {
    await this.#record(about);
  }

  async undo(row: OutboxRow, name: string): Promise<void> {
    try {
      await this.tools.outbox.enqueue(voiding(row));
      this.#result = null;
      this.#announcement = `Undone: ${name}.`;
    } catch (error) {
      const said = asEntry(row.operation);
      if (said !== null) this.#unsaved(this.#about(said.subject, 'search'), error, () => this.undo(row, name));
    }
  }

  /** The next person, please. */
  clear(): void {
    this.#query = '';
    this.#byCode = null;
    this.#result = null;
  }

  async #meet(about: About): Promise<void> {
    // The window of this tap, not of the last tick.
    this.tools.attendance.tick(Date.now());
    const presence = this.tools.attendance.presenceOf(about.subject);
    const wanted = this.direction === 'arrive' ? 'present' : 'left';
    if (presence?.state === wanted) this.#show({ ...about, kind: 'already', presence });
    else await this.#record(about);
  }

  async #record(about: About): Promise<void> {
    const { attendance, outbox } = this.tools;
    attendance.tick(Date.now());
    const { checkpoint } = attendance;
    const key = keyOf(about.subject);
    if (checkpoint === null || this.#underWay.has(key)) return;
    this.#underWay.add(key);
    try {
      const row = await outbox.enqueue(movement(this.direction, checkpoint.id, about.subject, about.method));
      this.#show({ ...about, kind: this.direction === 'arrive' ? 'in' : 'out', row });
    } catch (error) {
      this.#unsaved(about, error, () => this.#record(about));
    } finally {
      this.#underWay.delete(key);
    }
  }

  #about(subject: Subject, method: Method): About {
    const known = this.tools.roster.resolve(subject);
    const person = known.kind === 'person' ? this.tools.roster.person(known.id) : undefined;
    const name = person?.name ?? UNKNOWN_NAME;
    return { subject, name, delegation: person?.delegation ?? `Code …${keyOf(subject).slice(-6)}`, method };
  }

  #unsaved(about: About, error: unknown, retry: () => Promise<void>): void {
    const why = error instanceof StorageError ? error.message : 'This phone could not store it.';
    if (!(error instanceof StorageError)) console.error('an operation was not stored', error);
    this.#show({ ...about, kind: 'unsaved', why, retry });
  }

  #show(result: Result): void {
    this.#query = '';
    this.#byCode = null;
    this.#result = result;
    this.#announcement = `${wordOf(result)}. ${result.name}, ${result.delegation}.`;
  }
}

/** The one word that a result is. */
export function wordOf(result: Result): string {
  switch (result.kind) {
    case 'in':
      return 'In';
    case 'out':
      return 'Out';
    case 'already':
      return result.presence.state === 'present' ? 'Already in' : 'Already out';
    case 'unlisted':
      return 'Not on the list';
    case 'unsaved':
      return 'Not saved';
  }
}
