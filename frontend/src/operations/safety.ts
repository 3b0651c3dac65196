// Proposals of safety data: docs/protocol.md section 11. Apart from what a door needs to start.

import type { Draft } from '../db/outbox';

export const SAFETY_KINDS = ['dietary', 'medication', 'contacts'] as const;

/** Another text for what is confirmed of this person. It counts once somebody else accepts it. */
export function proposing(person: string, kind: string, text: string): Draft {
  return { kind: 'checkin.propose_safety', refers_to: null, payload: { person, kind, text } };
}
