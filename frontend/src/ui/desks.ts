import { say } from '../words/words.svelte';

/** The desks that a hold can send a person to. */
export const HOLD_DESKS = ['medical', 'information', 'lead'] as const;
const OTHERWISE = 'lead';

export function knownDesk(desk: string): (typeof HOLD_DESKS)[number] {
  return HOLD_DESKS.find((each) => each === desk) ?? OTHERWISE;
}

export function deskName(desk: string): string {
  return say(`desk.${knownDesk(desk)}`);
}

/** What to say at a door. Never why. */
export function goTo(desk: string): string {
  return say(`go.${knownDesk(desk)}`);
}
