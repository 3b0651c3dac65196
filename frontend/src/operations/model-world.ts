// A phone of two tabs, its server and another phone, as chance has them live, for view.test.ts.

import { expect, vi } from 'vitest';
import type { Operation } from '../contract/protocol';
import type { OutboxRow, Settled } from '../db/outbox';
import { quiet } from '../sync/fake-time';
import { happenedAt, keyOf, movement, undoing, type Subject, type Verb } from './checkin';
import { foldAt, HALL, ModelServer, placed, POLICIES, resolved, type Counted } from './model-server';
import { ModelTab, type Fate, type Way } from './model-tab';
import type { OutboxView } from './outbox.svelte';

const ROUNDS = 6; // in which both tabs must be quiet once the faults have ended

const SESSION = {
  token: 'secret',
  profile: { name: 'door', retain_hours: 72, roster_hours: 72 },
  event: { id: 'e', slug: 'demo', name: 'Demo', tz: 'UTC' },
  operations: [],
};
const SUBJECTS: readonly Subject[] = [
  { kind: 'person', id: 'ann' },
  { kind: 'person', id: 'ben' },
  { kind: 'credential', digest: 'band' },
  { kind: 'credential', digest: 'nobodys' },
];
/** Without codes of whom is on the list. */
const EACH = SUBJECTS.filter((each) => resolved(each) === each);
const DOORS = Object.keys(POLICIES);
const LISTED = ['ann', 'ben'];

/** The same numbers for the same seed (mulberry32). */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  of<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.below(choices.length)] as Choice; // there is always one
  }
}

/** The phone, its server, and another phone. */
export class World {
  readonly chance: Chance;
  readonly model: ModelServer;
  tabs: ModelTab[] = [];
  readonly script: string[] = [];
  readonly recorded = new Set<string>();
  exact = 0;
  readonly #others: Operation[] = [];
  #now = Date.parse('2026-11-22T10:00:00.000Z');
  #told = new Map<string, string>();
  #read = { era: '', seq: 0 };
  /** Of what this phone recorded, that of which it knows that it is on the server. */
  #certain = new Set<string>();

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.model = new ModelServer(this.chance.of([1, 3, 1_000]));
  }

  async begin(): Promise<void> {
    this.tabs = [new ModelTab(this.model), new ModelTab(this.model)];
    for (const tab of this.tabs) await tab.open();
    await this.tabs[0]?.stored.remember('session', SESSION);
    await this.#sync(0, 'pull', 'fine');
  }

  async step(): Promise<void> {
    const { chance, model } = this;
    vi.setSystemTime((this.#now += chance.of([0, 1, 1_000, 60_000])));
    const [number, door, fate] = [chance.below(2), chance.of(DOORS), chance.of<Fate>(['fine', 'fine', 'unheard', 'unanswered', 'late', 'late', 'cut'])];
    switch (chance.below(17)) {
      case 0:
      case 1:
      case 2:
        return this.#record(number, movement(chance.of<Verb>(['arrive', 'arrive', 'leave']), door, chance.of(SUBJECTS), 'scan'));
      case 3:
        return this.#undo(number, this.tabs[number]?.outbox.rows.map(({ operation }) => operation) ?? []);
      case 4:
        return this.#undo(number, model.operations);
      case 5:
      case 6:
        return this.#another(door);
      case 7:
        this.script.push('the server is backed up');
        return model.backUp();
      case 8:
        return chance.below(3) > 0 ? undefined : this.#restore(number);
      case 9:
        this.script.push(`the server is ${model.puzzledBy === null ? 'puzzled by departures' : 'mended'}`);
        return model.puzzledBy === null ? void (model.puzzledBy = 'checkin.leave') : model.runAgain();
      case 10:
        return chance.below(2) > 0 ? undefined : this.#reload(number);
      case 11:
        this.script.push('Ben is taken off the list, or put on it');
        return model.turn('ben');
      case 12:
      case 13:
      case 14:
        return this.#sync(number, 'pull', fate);
      default:
        return this.#sync(number, 'push', fate);
    }
  }

  async #record(number: number, draft: Parameters<OutboxView['enqueue']>[0]): Promise<void> {
    const row = await this.tabs[number]?.outbox.enqueue(draft);
    this.recorded.add(row?.id ?? '');
    this.script.push(`tab ${number} records ${draft.kind} ${JSON.stringify(draft.payload)} ${draft.refers_to ?? ''} as ${row?.id}`);
  }

  async #undo(number: number, said: readonly Operation[]): Promise<void> {
    const passages = said.filter((operation) => placed(operation) !== null);
    if (passages.length === 0) return;
    const { id, payload } = this.chance.of(passages);
    await this.#record(number, undoing(id, String(payload['checkpoint'])));
  }

  /** Another phone says something, or undoes what anybody said. */
  #another(door: string): void {
    const { chance, model } = this;
    const target = chance.below(3) === 0 ? chance.of([null, ...model.operations.filter((each) => placed(each) !== null)]) : null;
    const draft = target === null ? movement(chance.of<Verb>(['arrive', 'leave']), door, chance.of(SUBJECTS), 'scan') : undoing(target.id, door);
    const seq = this.#others.length + 1;
    const operation = { id: `other${seq}`, seq, occurred_at: new Date(this.#now - chance.of([0, 500, 90_000])).toISOString(), offset_ms: 0, actor: 'Ben', ...draft };
    this.script.push(`another phone: ${JSON.stringify(operation)}`);
    this.#others.push(operation);
    model.apply([operation]);
  }

  /** In silence only where the phone can see it at once: the server is behind what it has read. */
  async #restore(number: number): Promise<void> {
    const [tab] = this.tabs;
    const cursor = await tab?.records.cursor(HALL);
    const silent = this.chance.below(2) === 0 && cursor !== undefined && cursor.epoch === this.model.epochName && cursor.seq > this.model.copiedHead;
    this.script.push(`the server is restored${silent ? ' in silence' : ''}`);
    this.model.restore({ announced: !silent });
    if (silent) await this.#sync(number, 'pull', 'fine');
  }

  async #reload(number: number): Promise<void> {
    this.script.push(`tab ${number} is reloaded`);
    const tab = new ModelTab(this.model);
    await this.tabs[number]?.close();
    this.tabs[number] = tab;
    await tab.open();
  }

  async #sync(number: number, way: Way, fate: Fate): Promise<void> {
    const well = way === 'pull' && fate !== 'fine' ? this.chance.below(6) : 0;
    this.script.push(`tab ${number} ${way}s: ${fate} after ${well}`);
    await this.tabs[number]?.round(way, fate, well);
  }

  /** After every step. */
  async check(): Promise<void> {
    await quiet();
    const [tab] = this.tabs;
    if (tab === undefined) return;
    const rows = await tab.stored.all();
    expect(new Set(rows.map(({ id }) => id)), 'what is in the outbox').toEqual(this.recorded);
    const cursor = await tab.records.cursor(HALL);
    const isCertain = ({ settled }: OutboxRow): boolean => settled !== null && settled.epoch === cursor?.epoch && cursor?.whole === undefined;
    this.#certain = new Set(rows.filter(isCertain).map(({ id }) => id));
    const era = JSON.stringify(await tab.stored.era());
    this.#checkVerdicts(rows, era);
    this.#checkRead(`${era} ${cursor?.epoch}`, cursor?.seq ?? 0);
    const held = (await tab.records.buckets(HALL, 'all')).flatMap((bucket) => bucket.rows);
    const ledgers = new Map(held.filter(({ kind }) => kind === 'ledger').map(({ key, body }) => [key, (body as { ids: string[] }).ids]));
    for (const each of this.tabs) this.#checkView(each, rows, ledgers);
    if (cursor?.whole !== undefined) return; // how many are in comes with the last page
    const counts = held.flatMap(({ kind, body }) => (kind === 'headcount' ? [body as Counted] : []));
    for (const each of this.tabs) this.#checkCounts(each, counts);
  }

  /** As many as are shown. Of somebody whom the list had or has not when it was counted, a phone that has another list cannot know. */
  #checkCounts({ attendance, roster }: ModelTab, counts: readonly Counted[]): void {
    for (const door of DOORS) {
      const listed = counts.find(({ checkpoint }) => checkpoint === door)?.listed ?? LISTED;
      if (LISTED.some((id) => listed.includes(id) !== (roster.person(id) !== undefined))) continue;
      attendance.choose(door);
      const here = EACH.filter((subject) => attendance.presenceOf(subject)?.state === 'present');
      const present = here.filter((subject) => subject.kind === 'person' && listed.includes(subject.id)).length;
      expect(attendance.headcount, `how many are in at ${door}`).toEqual({ present, unidentified: here.length - present });
    }
  }

  /** `era`: that of the phone, and of what it has read. */
  #checkRead(era: string, seq: number): void {
    expect(seq, 'how far the phone has read').toBeGreaterThanOrEqual(this.#read.era === era ? this.#read.seq : 0);
    this.#read = { era, seq };
  }

  /** What an operation was told stays as it is, however often it is sent again, but for what was put aside. */
  #checkVerdicts(rows: readonly OutboxRow[], era: string): void {
    for (const { id, settled } of rows) {
      if (settled === null || settled.verdict === 'quarantined') continue;
      const [told, name] = [JSON.stringify([settled.verdict, settled.at]), `${era} ${id}`];
      expect(told, `the verdict on ${id}`).toBe(this.#told.get(name) ?? told);
      this.#told.set(name, told);
    }
  }

  #checkView({ attendance }: ModelTab, rows: readonly OutboxRow[], ledgers: ReadonlyMap<string, readonly string[]>): void {
    for (const checkpoint of DOORS) {
      attendance.choose(checkpoint);
      for (const subject of EACH) {
        const place = `${checkpoint}/${keyOf(subject)}`;
        const [shown, visible] = [attendance.presenceOf(subject), new Set(ledgers.get(place))];
        const own = rows.filter(({ id, settled }) => !isRejected(settled) || visible.has(id)).map(({ operation }) => operation);
        if (this.#isBeyondKnowing(place, own, visible)) continue;
        const said = [...own, ...this.#others.filter(({ id }) => visible.has(id))];
        const due = foldAt(place, said);
        expect([place, shown && [shown.state, shown.operation]], 'what is shown').toEqual([place, due && [due.state, due.operation]]);
        this.exact++;
      }
    }
  }

  /**
   * What the server tells of a place is what it comes to, not of what. So a phone cannot know before its next pull, or before
   * the answer to its next push, what is left where
   * - it undoes what it has read, and there is more: of others, of its own that it does not know to be there, or that others undid;
   * - somebody undid what it does not know to be there;
   * - somebody was recorded as leaving who, as far as the server knows, had never come;
   * - another phone recorded something in the very same millisecond: of a presence nobody is told the number that decides.
   */
  #isBeyondKnowing(place: string, own: readonly Operation[], visible: ReadonlySet<string>): boolean {
    const moments = new Set(this.#others.filter(({ id }) => visible.has(id)).map(happenedAt));
    if (own.some((operation) => placed(operation)?.place === place && moments.has(happenedAt(operation)))) return true;
    const voids = [...own, ...this.#others].flatMap(({ id, kind, refers_to }) => (kind === 'checkin.void' ? [{ id, target: refers_to ?? '' }] : []));
    const gone = new Set(voids.flatMap(({ id, target }) => (visible.has(id) ? [target] : [])));
    const undoes = voids.some(({ id, target }) => this.recorded.has(id) && !gone.has(target) && visible.has(target));
    const unsure = own.filter(({ id }) => visible.has(id) && !this.#certain.has(id));
    const others = this.#others.filter((operation) => visible.has(operation.id) && placed(operation)?.place === place && !gone.has(operation.id));
    const undoneByOthers = this.#others.some(({ id, refers_to }) => visible.has(id) && this.recorded.has(refers_to ?? ''));
    if (undoes) return unsure.length + others.length > 0 || undoneByOthers;
    const seen = [...own, ...this.#others].filter(({ id }) => visible.has(id));
    return unsure.some(({ id }) => gone.has(id)) || (POLICIES[place.split('/')[0] ?? ''] === 'in_out' && others.length > 0 && foldAt(place, seen) === null);
  }

  /** The faults end, and all go on by themselves. */
  async heal(): Promise<void> {
    this.model.runAgain();
    for (const tab of this.tabs) await tab.finish();
    for (let round = 0; round < ROUNDS; round++) {
      for (const tab of this.tabs) for (const way of ['push', 'pull'] as const) await tab.round(way, 'fine');
    }
    await this.check();
    const [tab] = this.tabs;
    const held = (await tab?.records.buckets(HALL, 'all'))?.flatMap(({ rows }) => rows.map(({ kind, key, body }) => [`${kind}/${key}`, body]));
    expect(Object.fromEntries(held ?? [])).toEqual(Object.fromEntries(this.model.live(HALL).map(({ kind, key, body }) => [`${kind}/${key}`, body])));
    expect(await tab?.stored.countUnsettled()).toBe(0);
    expect([...this.recorded].filter((id) => !this.model.operations.some((operation) => operation.id === id)), 'what was lost').toEqual([]);
    for (const each of this.tabs) this.#checkWhole(each);
  }

  /** Then nothing is beyond knowing: also how often, since when and by whom. */
  #checkWhole({ attendance }: ModelTab): void {
    for (const checkpoint of DOORS) {
      attendance.choose(checkpoint);
      expect(this.model.headcount(checkpoint), 'how many are in, in the end').toMatchObject({ ...attendance.headcount });
      for (const subject of EACH) {
        const place = `${checkpoint}/${keyOf(subject)}`;
        expect([place, attendance.presenceOf(subject)], 'what is shown in the end').toEqual([place, this.model.presence(place)]);
      }
    }
  }

  async end(): Promise<void> {
    for (const tab of this.tabs) await tab.close();
  }
}

function isRejected(settled: Settled | null): boolean {
  return settled?.verdict === 'refused' || settled?.verdict === 'quarantined';
}
