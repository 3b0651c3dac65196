import type { Draft, OutboxRow } from '../../db/outbox';
import { keyOf, movement, subjectOf, subjectOfKey, voiding, type Band, type Method, type Said, type Verb } from '../../operations/checkin';
import type { Group } from '../../operations/groups.svelte';
import type { Listed } from '../../operations/roster.svelte';
import { slotHolders, type Presence } from '../../rules/attendance';
import { credentialDigest } from '../../rules/codes';
import { Form } from './form.svelte';
import { Gathering } from './gathering.svelte';
import { say } from '../../words/words.svelte';
import { beyondHold, judge, placing, type Judgement } from '../../operations/judging';
import { wordsAt, type KindWords } from './kinds';
import { recentOf, type Recent } from './recents';
import { aboutOf, ON_HOLD, type About, type Result } from './results';
import { Showing } from './showing.svelte';
import { SIGNALS } from '../../ui/signals';
import { Once } from '../../ui/once';
import { isCode, type Tools } from './tools';

const SHOWN = 30;

/** One door at work: what is looked for, who was found, what came of it. */
export class Desk {
  readonly gathering: Gathering;
  #query = $state('');
  #byCode = $state.raw<Listed | null>(null);
  #form = $state.raw<Form | null>(null);
  /** Where this phone stands. */
  #stand = '';
  readonly #showing: Showing;
  /** By subject, or by the record that is undone. */
  readonly #once = new Once();

  #found = $derived.by((): readonly Listed[] => {
    const byName = this.tools.roster.search(this.#query, SHOWN);
    return this.#byCode === null ? byName : [this.#byCode, ...byName.filter(({ id }) => id !== this.#byCode?.id)];
  });

  #recent = $derived.by((): readonly Recent[] => {
    const { outbox, attendance, roster } = this.tools;
    return recentOf(outbox.rows, attendance.checkpoint?.id, roster);
  });

  /** It outlives the screen: what was begun here is here again when a volunteer comes back from another one. */
  constructor(readonly tools: Tools) {
    this.#showing = new Showing(tools, this);
    this.gathering = new Gathering(tools, this, this.#showing.tell);
  }

  get query(): string {
    return this.#query;
  }

  get result(): Result | null {
    return this.#showing.result;
  }

  /** Who is being written down: somebody who is not on the list. */
  get form(): Form | null {
    return this.#form;
  }

  /** Who comes together and is being ticked. */
  get group(): Group | null {
    return this.gathering.group;
  }

  get found(): readonly Listed[] {
    return this.#found;
  }

  get recent(): readonly Recent[] {
    return this.#recent;
  }

  /** For people who hear the screen. */
  get announcement(): string {
    return this.#showing.announcement;
  }

  get words(): KindWords {
    const { checkpoint, window } = this.tools.attendance;
    return wordsAt(checkpoint, window);
  }

  get tz(): string {
    return this.tools.attendance.checkpoint?.tz ?? 'UTC';
  }

  /** Neither another screen nor a new start turns anybody around. */
  get direction(): Verb {
    const { attendance: { checkpoint }, settings } = this.tools;
    return checkpoint?.policy === 'in_out' && settings.choices.leaving === checkpoint.id ? 'leave' : 'arrive';
  }

  set direction(verb: Verb) {
    const { attendance, settings } = this.tools;
    settings.choose({ leaving: (verb === 'leave' && attendance.checkpoint?.id) || '' });
    // What asks for a release code would record the other verb.
    if (this.result?.kind === 'guarded') this.#showing.turn(null);
  }

  /** The desk that a person must go to first; empty without a hold. */
  deskOf = ({ id }: Listed): string => this.tools.holds.deskOf(id);

  presenceOf = ({ id }: Listed): Presence | null => this.tools.attendance.presenceOf({ kind: 'person', id });

  /** Of a subject, by its key. */
  nameOf = (key: string): string => this.tools.roster.nameOf(subjectOfKey(key));

  /** This phone stands at `place` from now on: elsewhere, nobody goes on with what was begun. */
  standAt(place: string): void {
    if (place !== this.#stand) this.open(null);
    this.#stand = place;
  }

  /** Another screen comes. Ticks stay, and what is being written down, and what was not saved. */
  leave(): void {
    this.forget();
    this.#showing.tell('');
    this.gathering.leave();
    if (this.result?.kind !== 'unsaved') this.#showing.turn(null);
  }

  /** Looks for `query` as a name, and as a code of the roster. */
  async look(query: string): Promise<void> {
    this.#query = query;
    if (query.trim() !== '') this.#showing.turn(null);
    this.#byCode = null;
    const digest = await credentialDigest(this.tools.event(), query.trim());
    if (this.#query === query && query !== '') this.#byCode = this.tools.roster.byDigest(digest) ?? null;
  }

  /** Enter: a code is acted upon, a name only looked for. Says whether it was a code. */
  async submit(typed: string, method: Method = 'typed'): Promise<boolean> {
    if (!(await isCode(this.tools, typed))) return false;
    await this.code(typed, method);
    return true;
  }

  /**
   * What came as fast as a reader types: also a code that nobody has, unless it is a name; says whether it was a code.
   * `whole`: with what came just before, `inBox`: with all that stands there; of a reader that stutters, its beginning.
   */
  async read(text: string, whole = text, inBox = whole): Promise<boolean> {
    for (const each of [text, whole, inBox]) if (await this.submit(each, 'scan')) return true;
    if (this.#form === null && this.tools.roster.search(whole, 1).length > 0) return false;
    await this.code(whole, 'scan');
    return true;
  }

  /** Acts upon a code that the camera or a reader saw, or that a person read off a wristband. */
  async code(text: string, method: Method): Promise<void> {
    // What was not saved stays on the screen until a person has dealt with it.
    if (method === 'scan' && this.result?.kind === 'unsaved') return;
    const digest = await credentialDigest(this.tools.event(), text.trim());
    const about = aboutOf(this.tools.roster, { kind: 'credential', digest }, method);
    const [code, owner] = [text.trim(), this.tools.roster.byDigest(digest)];
    if (this.#form !== null) this.#form.take({ code, digest }, owner?.name);
    else if (this.gathering.meet(owner, digest, method)) this.#gather();
    else if (owner === undefined) this.#showing.show({ ...about, kind: 'unlisted', code });
    else await this.#meet(about);
  }

  async tap(person: Listed): Promise<void> {
    await this.#meet(aboutOf(this.tools.roster, { kind: 'person', id: person.id }, 'search'));
  }

  /** Who is here already, as a list of places or a manifest names them. */
  async pick(key: string): Promise<void> {
    await this.#meet(aboutOf(this.tools.roster, subjectOfKey(key), 'search'));
  }

  /** Records what the screen only offered: again, without a name, in spite of a hold, or for the reason that is given. */
  async anyway(about: Result, reason?: string): Promise<void> {
    this.#showing.decide();
    if (about.kind === 'hold') return this.#settle(about, beyondHold(about.subject, this.direction, this.tools), ON_HOLD);
    const said = 'override' in about ? about.override : reason;
    await this.#place(about, placing(about.subject, this.direction, this.tools), said);
  }

  /** The person gets this place. Of one that somebody else has, only if a person says so again. */
  async take(about: Result & { readonly kind: 'choose' | 'taken' }, slot: string): Promise<void> {
    const { here } = this.tools.attendance;
    const own = keyOf(this.tools.roster.resolve(about.subject));
    const holder = slotHolders(here).get(slot)?.find((key) => key !== own);
    const { subject, name, delegation, method, override } = about;
    if (holder === undefined || about.kind === 'taken') return this.#record(about, { slot, override });
    const since = here.get(holder)?.since ?? '';
    this.#showing.show({ subject, name, delegation, method, override, kind: 'taken', slot, since, holder: this.nameOf(holder) });
  }

  /** The person was sent away, or on to the desk that a hold names. */
  sendOn = (about: Result): Promise<void> => this.#showing.sendOn(about);

  /** Begins to write down somebody who is not on the list, with the wristband that they hold. */
  welcome(name: string, band: Band | null): void {
    this.clear();
    this.#form = new Form(name, band);
  }

  /** Puts whom the form says on the list and lets them in. */
  async register(form: Form): Promise<void> {
    const result = await form.register(this.tools);
    if (result === null) return;
    this.#form = null;
    this.#showing.show(result);
  }

  async undo(row: OutboxRow, name: string): Promise<void> {
    if (!this.#once.begin(row.id)) return;
    try {
      await this.tools.outbox.enqueue(voiding(row));
      this.#showing.turn(null);
      this.#showing.tell(say('result.undone', { name }));
    } catch (error) {
      const subject = subjectOf(row.operation.payload['person'], row.operation.payload['credential']);
      if (subject !== null) this.#showing.unsaved(aboutOf(this.tools.roster, subject, 'search'), error, () => this.undo(row, name));
    } finally {
      this.#once.end(row.id);
    }
  }

  /** Shows everybody of a group; null goes back to the search. */
  open(group: Group | null): void {
    this.clear();
    this.gathering.open(group);
  }

  /** Nobody is looked for any more. */
  forget(): void {
    this.#query = '';
    this.#byCode = null;
  }

  /** The next person, please. Whoever is being written down still is, if this one only came between. */
  next(): void {
    if (this.result === null) this.#form = null;
    this.forget();
    this.#showing.turn(null);
  }

  /** Nothing that was begun goes on. */
  clear(): void {
    this.#form = null;
    this.next();
  }

  /** A family came by its one code. */
  #gather(): void {
    this.clear();
    this.tools.attendance.tick(Date.now());
    const { gathering, group } = this;
    if (group !== null) this.#showing.tell(`${group.name}. ${gathering.sum(group)}.`, SIGNALS[gathering.isDone(group) ? 'already' : 'choose']);
  }

  async #meet(about: About): Promise<void> {
    // The window of this tap, not of the last tick.
    this.tools.attendance.tick(Date.now());
    const found = judge(about.subject, this.direction, this.tools);
    // A camera sees a wristband again while its own person is dealt with: what was typed there stays.
    if (about.method !== 'scan' || !this.#showing.isAsking(about, found)) await this.#settle(about, found);
  }

  async #settle({ subject, name, delegation, method }: About, found: Judgement, override?: string): Promise<void> {
    const about = { subject, name, delegation, method };
    if (found.kind === 'guarded') this.#guard(about, found.person, override);
    else if (found.kind === 'free' || found.kind === 'choose') await this.#place(about, found, override);
    else this.#showing.show({ ...about, ...found });
  }

  /** This person leaves here with a guardian only. */
  #guard(about: About, person: Listed, held?: string): void {
    const { attendance, guardians, outbox } = this.tools;
    const [codes, checkpoint] = [guardians(), attendance.checkpoint?.id ?? ''];
    const letGo = (tries: readonly Draft[], override = held): Promise<void> =>
      this.#place(about, placing(about.subject, this.direction, this.tools), override, tries);
    this.#showing.show({ ...about, kind: 'guarded', leaving: codes && { person, checkpoint, guardians: codes, outbox, letGo } });
  }

  async #place(about: About, found: ReturnType<typeof placing>, override?: string, before: readonly Draft[] = []): Promise<void> {
    const { subject, name, delegation, method } = about;
    if (found.kind === 'free') await this.#record(about, { override, slot: found.slot }, before);
    else this.#showing.show({ subject, name, delegation, method, override, kind: 'choose' });
  }

  async #record(about: About, said: Said, before: readonly Draft[] = []): Promise<void> {
    const { attendance, outbox } = this.tools;
    attendance.tick(Date.now());
    const [{ checkpoint }, key] = [attendance, keyOf(about.subject)];
    if (checkpoint === null || !this.#once.begin(key)) return;
    try {
      const rows = await outbox.enqueueAll([...before, movement(this.direction, checkpoint.id, about.subject, about.method, said)]);
      this.#showing.show({ ...about, kind: this.direction === 'arrive' ? 'in' : 'out', row: rows.at(-1) as OutboxRow });
    } catch (error) {
      this.#showing.unsaved(about, error, () => this.#record(about, said, before));
    } finally {
      this.#once.end(key);
    }
  }
}
