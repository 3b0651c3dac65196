// The wire, as docs/protocol.md says it (version 1).

import type { Admits } from '../rules/admits';
import type { Presence } from '../rules/attendance';
import type { Policy, Window } from '../rules/windows';

export const PROTOCOL = 1;

/** The profile of a device on a stand, at which people check themselves in. */
export const KIOSK = 'kiosk';

/** Whether a stream says who is expected: a kiosk's has less in it. */
export function listsPeople(stream: string): boolean {
  return /^(roster|kiosk):/.test(stream);
}

export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly seq: number;
  readonly occurred_at: string;
  readonly offset_ms: number | null;
  readonly actor: string | null;
  readonly refers_to: string | null;
  /** Text in all that this app records; what another version recorded may hold anything. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The author, when it is not the phone that sends it. */
  readonly device?: string;
}

/** An operation of another phone, as an outbox file brings it. */
export type Carried = Operation & { readonly device: string };

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
  readonly checksum: number | null;
}

export interface StreamHead {
  readonly stream: string;
  readonly head: number;
  readonly count: number | null;
  readonly checksum: number | null;
}

export interface Profile {
  readonly name: string;
  readonly retain_hours: number;
  readonly roster_hours: number;
  /** What organisers call this phone; absent until a server that tells it was heard. */
  readonly phone?: string | undefined;
}

/** What the server says of this phone. */
export interface Description {
  readonly profile: Profile;
  readonly event: { readonly id: string; readonly slug: string; readonly name: string; readonly tz: string };
  readonly operations: readonly string[];
}

export interface Enrolment extends Description {
  readonly token: string;
}

/** Record of kind `person` in `roster:{event}`; in `kiosk:{event}` `name` is only what to call them. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** Absent at a kiosk. */
  readonly search?: string;
  /** What to call them, where organisers said so; absent at a kiosk. */
  readonly given?: string;
  readonly delegation: string;
  readonly role: string;
  readonly credentials: readonly string[];
  /** Who came together has the same one; absent for who came alone. */
  readonly family?: string;
  /** What doors are warned of, such as `cancelled`. */
  readonly flags?: readonly string[];
  readonly hold?: boolean;
  /** Where everybody sends this person first; absent without a hold, and at a kiosk. */
  readonly hold_desk?: string;
  /** Other ids of this person, of rows that were merged. */
  readonly also?: readonly string[];
}

/** What a checkpoint shows, never what counts. */
export type CheckpointKind = 'door' | 'meal' | 'bus' | 'bunk' | 'equipment';

/** Record of kind `checkpoint` in `attendance:{venue}`. */
export interface Checkpoint {
  readonly id: string;
  readonly name: string;
  readonly policy: Policy;
  readonly tz: string;
  /** Absent: a door. */
  readonly kind?: CheckpointKind;
  /** Places for one person each. */
  readonly slots?: readonly string[];
  readonly admits?: Admits;
  readonly windows?: readonly Window[];
  readonly zone?: string;
  /** Whether who has a release code leaves with a guardian only. */
  readonly guarded?: boolean;
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

/** Record of kind `headcount` in `attendance:{venue}`: who is in at one checkpoint and window. */
export interface HeadcountRecord {
  readonly checkpoint: string;
  readonly window: string;
  readonly present: number;
  readonly unidentified: number;
}

/** Record of kind `guardian` in `guardians:{event}`: a release code, as a slow hash. */
export interface Guardian {
  readonly person: string;
  readonly salt: string;
  readonly iterations: number;
  readonly hash: string;
}

/** Record of kind `merged` in `conflicts:{event}`: a row of the roster that is somebody else. */
export interface Merged {
  readonly id: string;
  readonly name: string;
  readonly delegation: string;
  readonly into: string;
}

/** Record of kind `conflict` in `conflicts:{event}`. */
export interface Conflict {
  readonly id: string;
  readonly what: 'second_admission' | 'unknown_person' | 'swapped_wristband' | 'slot_taken';
  readonly people: readonly string[];
  readonly operations: readonly { readonly id: string; readonly checkpoint: string; readonly at: string; readonly by: string; readonly phone?: string; readonly person?: string; readonly credential?: string }[];
  /** The place that several people have; theirs are the operations, by person or credential. */
  readonly slot?: string;
  readonly state: 'open' | 'owned' | 'resolved';
  readonly owner?: string;
  readonly resolution?: string;
  readonly note?: string;
  readonly resolved_by?: string;
}
