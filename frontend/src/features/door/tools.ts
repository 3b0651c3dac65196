import type { Guardians } from '../../operations/guardians.svelte';
import type { OutboxView } from '../../operations/outbox.svelte';
import { credentialDigest, isOurCode } from '../../rules/codes';
import type { Known } from '../../operations/judging';
import type { Settings } from '../../operations/settings.svelte';
import type { Signal } from '../../ui/signals';

/** What a door works with. */
export interface Tools extends Known {
  /** Its id. */
  readonly event: () => string;
  /** What a lead checks release codes by; null on other phones. */
  readonly guardians: () => Guardians | null;
  readonly outbox: OutboxView;
  readonly settings: Settings;
  /** Tells ears and hands what came of it. */
  readonly signal?: (signal: Signal) => void;
}

/** Whether somebody of the roster has this code, or it looks like one of ours. */
export async function isCode({ event, roster }: Tools, text: string): Promise<boolean> {
  const digest = await credentialDigest(event(), text.trim());
  return roster.byDigest(digest) !== undefined || isOurCode(text.trim());
}
