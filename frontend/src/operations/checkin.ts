// The kinds of operation a door records. Each is an absolute statement: docs/protocol.md section 8.

import type { Operation } from '../contract/protocol';
import type { Draft } from '../db/outbox';
import type { Entry } from '../rules/attendance';
import { correctedTime } from '../rules/clock';

/** Whom a record is about: a person of the roster, or the digest of a code that a phone could not resolve. */
export type Subject =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'credential'; readonly digest: string };

export type Method = 'search' | 'typed';
export type Verb = Entry['verb'];

export function movement(verb: Verb, checkpoint: string, subject: Subject, method: Method): Draft {
  return { kind: `checkin.${verb}`, refers_to: null, payload: { checkpoint, ...pointer(subject), method } };
}

export function voiding(row: { readonly operation: Operation }): Draft {
  const checkpoint = row.operation.payload['checkpoint'] ?? '';
  return { kind: 'checkin.void', refers_to: row.operation.id, payload: { checkpoint } };
}

/** When a person acted, by the server's clock as well as this phone knew it; RFC 3339. */
export function happenedAt({ occurred_at, offset_ms }: Operation): string {
  return correctedTime(occurred_at, offset_ms);
}

/** What an operation says about one subject at one checkpoint; null for a kind that says nothing of the sort. */
export function asEntry(operation: Operation): { entry: Entry; checkpoint: string; subject: Subject } | null {
  const verb = verbOf(operation.kind);
  const { checkpoint, person, credential } = operation.payload;
  const subject = subjectOf(person, credential);
  if (verb === null || checkpoint === undefined || subject === null) return null;
  const entry = { verb, at: happenedAt(operation), seq: operation.seq, id: operation.id, by: operation.actor ?? '' };
  return { entry, checkpoint, subject };
}

export function subjectOf(person?: string | null, credential?: string | null): Subject | null {
  if (person) return { kind: 'person', id: person };
  return credential ? { kind: 'credential', digest: credential } : null;
}

export function keyOf(subject: Subject): string {
  return subject.kind === 'person' ? `person:${subject.id}` : `credential:${subject.digest}`;
}

function verbOf(kind: string): Verb | null {
  if (kind === 'checkin.arrive') return 'arrive';
  return kind === 'checkin.leave' ? 'leave' : null;
}

function pointer(subject: Subject): Record<string, string> {
  return subject.kind === 'person' ? { person: subject.id } : { credential: subject.digest };
}
