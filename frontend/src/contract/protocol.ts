// The wire, as docs/protocol.md says it (version 1).

import type { Presence } from '../rules/attendance';
import type { Policy, Window } from '../rules/windows';

export const PROTOCOL = 1;

export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly seq: number;
  readonly occurred_at: string;
  readonly offset_ms: number | null;
  readonly actor: string | null;
  readonly refers_to: string | null;
  readonly payload: Readonly<Record<string, string>>;
}

export type Verdict = 'accepted' | 'flagged' | 'refused' | 'quarantined';

export interface Settlement {
  readonly verdict: Verdict;
  readonly flags: readonly string[];
  readonly code: string | null;
  readonly message: string | null;
  /** For each stream, the position at which the effect is visible. */
  readonly at: Readonly<Record<string, number>>;
}

export interface Change {
  readonly seq: number;
  readonly kind: string;
  readonly key: string;
  readonly deleted: boolean;
  readonly body?: unknown;
}

export interface PageHeader {
  readonly stream: string;
  readonly epoch: string;
  readonly after: number;
  readonly head: number;
  readonly complete: boolean;
  readonly count: number | null;
}

export interface StreamHead {
  readonly stream: string;
  readonly head: number;
  readonly count: number | null;
}

export interface Enrolment {
  readonly token: string;
  readonly profile: { readonly name: string; readonly retain_hours: number };
  readonly event: { readonly id: string; readonly slug: string; readonly name: string; readonly tz: string };
  readonly operations: readonly string[];
}

/** Record of kind `person` in `roster:{event}`. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly search: string;
  readonly delegation: string;
  readonly role: string;
  readonly credentials: readonly string[];
}

/** Record of kind `checkpoint` in `attendance:{venue}`. */
export interface Checkpoint {
  readonly id: string;
  readonly name: string;
  readonly policy: Policy;
  readonly tz: string;
  readonly windows?: readonly Window[];
  readonly zone?: string;
  /** The venue's name: several venues may each have a "Main door". */
  readonly venue?: string;
}

/** Record of kind `presence` in `attendance:{venue}`. */
export interface PresenceRecord extends Presence {
  readonly checkpoint: string;
  readonly window: string;
  readonly person?: string | null;
  readonly credential?: string | null;
}
