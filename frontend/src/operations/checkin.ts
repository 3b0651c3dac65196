// The kinds of operation a door records. Each is an absolute statement: docs/protocol.md section 8.

import type { Conflict, Operation } from '../contract/protocol';
import type { Draft } from '../db/outbox';
import { uuid7 } from '../platform/ids';
import type { Entry } from '../rules/attendance';
import { correctedTime } from '../rules/clock';

/** Whom a record is about: a person of the roster, or the digest of a code that a phone could not resolve. */
export type Subject =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'credential'; readonly digest: string };

export type Method = 'scan' | 'search' | 'typed' | 'paper';
export type Verb = Entry['verb'];

/**
 * `override`: why, although something spoke against it. `slot`: the place that the person gets, or gives back. `group`: the
 * same in all that one tap recorded. `unseen`: nobody saw them leave.
 */
export interface Said {
  readonly override?: string | undefined;
  readonly slot?: string | undefined;
  readonly group?: string | undefined;
  readonly unseen?: true;
}

/** What everything that one tap records of several people has in common. */
export function newGroup(): string {
  return uuid7();
}

export function movement(verb: Verb, checkpoint: string, subject: Subject, method: Method, said: Said = {}): Draft {
  const more = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { kind: `checkin.${verb}`, refers_to: null, payload: { checkpoint, ...pointer(subject), method, ...more } };
}

/** Somebody was sent away, by one of the codes of docs/protocol.md, section 8. */
export function refusal(checkpoint: string, subject: Subject, reason: string, note?: string): Draft {
  const more = note === undefined ? {} : { note };
  return { kind: 'checkin.refuse', refers_to: null, payload: { checkpoint, ...pointer(subject), reason, ...more } };
}

/** Everybody sends this person to `desk`; '' lifts the hold. */
export function holding(person: string, desk: string): Draft {
  return desk === ''
    ? { kind: 'checkin.release', refers_to: null, payload: { person } }
    : { kind: 'checkin.hold', refers_to: null, payload: { person, desk } };
}

/** Somebody said a release code of this person. */
export function releaseTry(person: string, checkpoint: string, right: boolean): Draft {
  return { kind: 'checkin.release_try', refers_to: null, payload: { person, checkpoint, right } };
}

/** A wristband: what is printed on it, and its digest. */
export interface Band {
  readonly code: string;
  readonly digest: string;
}

/** Somebody who came without being on the list. `person` is an id that is made for them here. */
export interface Newcomer {
  readonly person: string;
  readonly name: string;
  readonly delegation: string;
  readonly role: string;
  readonly band: Band | null;
}

export function newcomer(said: Omit<Newcomer, 'person'>): Newcomer {
  return { ...said, person: uuid7() };
}

export function registration({ person, name, delegation, role, band }: Newcomer): Draft {
  const carried = band === null ? {} : { credential: band.digest, code: band.code };
  return { kind: 'checkin.register', refers_to: null, payload: { person, name, delegation, role, ...carried } };
}

/** `person` is `into`, one person in two rows; into themselves takes it back. */
export function merging(person: string, into: string): Draft {
  return { kind: 'checkin.merge', refers_to: null, payload: { person, into } };
}

/** A walk-in is nobody else on the list. */
export function confirming(person: string): Draft {
  return { kind: 'checkin.confirm', refers_to: null, payload: { person } };
}

export function voiding(row: { readonly operation: Operation }): Draft {
  const { checkpoint } = row.operation.payload;
  return { kind: 'checkin.void', refers_to: row.operation.id, payload: { checkpoint } };
}

/** The same for a record of another phone. */
export function undoing(id: string, checkpoint: string): Draft {
  return { kind: 'checkin.void', refers_to: id, payload: { checkpoint } };
}

/** Whoever acts looks after this conflict. */
export function owning(conflict: string): Draft {
  return { kind: 'checkin.own', refers_to: null, payload: { conflict } };
}

export type Resolution = 'same_person' | 'wristband_swapped' | 'shared' | 'reopened';

/** It covers what is known of the conflict here; a swapped wristband's codes are withdrawn. */
export function resolving({ id, operations }: Conflict, resolution: Resolution, note: string): Draft {
  const codes = new Set(operations.flatMap(({ credential }) => credential ?? []));
  const withdraw = resolution === 'wristband_swapped' && codes.size > 0 ? { withdraw: [...codes] } : {};
  const said = { conflict: id, resolution, operations: operations.map((each) => each.id), ...withdraw };
  return { kind: 'checkin.resolve', refers_to: null, payload: note === '' ? said : { ...said, note } };
}

/** When a person acted, by the server's clock as well as this phone knew it; RFC 3339. */
export function happenedAt({ occurred_at, offset_ms }: Operation): string {
  return correctedTime(occurred_at, offset_ms);
}

/** What an operation says about one subject at one checkpoint; null for a kind that says nothing of the sort. */
export function asEntry(operation: Operation): { entry: Entry; checkpoint: string; subject: Subject } | null {
  const verb = verbOf(operation.kind);
  const { checkpoint, person, credential, slot } = operation.payload;
  const subject = subjectOf(person, credential);
  if (verb === null || typeof checkpoint !== 'string' || subject === null) return null;
  const entry = { verb, at: happenedAt(operation), seq: operation.seq, id: operation.id, by: operation.actor ?? '', ...(isFilled(slot) ? { slot } : {}) };
  return { entry, checkpoint, subject };
}

export function subjectOf(person: unknown, credential: unknown): Subject | null {
  if (isFilled(person)) return { kind: 'person', id: person };
  return isFilled(credential) ? { kind: 'credential', digest: credential } : null;
}

/** Whether another phone recorded it and this one only brings it to the server. */
export function isCarried({ operation }: { readonly operation: Operation }): boolean {
  return operation.device !== undefined;
}

export function keyOf(subject: Subject): string {
  return subject.kind === 'person' ? `person:${subject.id}` : `credential:${subject.digest}`;
}

/** The subject that `keyOf` made this of. */
export function subjectOfKey(key: string): Subject {
  const at = key.indexOf(':') + 1;
  return key.startsWith('person:') ? { kind: 'person', id: key.slice(at) } : { kind: 'credential', digest: key.slice(at) };
}

function verbOf(kind: string): Verb | null {
  if (kind === 'checkin.arrive') return 'arrive';
  return kind === 'checkin.leave' ? 'leave' : null;
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function pointer(subject: Subject): Record<string, string> {
  return subject.kind === 'person' ? { person: subject.id } : { credential: subject.digest };
}
