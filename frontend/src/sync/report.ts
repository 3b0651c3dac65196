import { sayCode } from '../words/words.svelte';
import type { Refusal } from './server';

/** What a person may want to know about the exchange with the server. */
export type Report =
  /** The server answered a request that this phone is allowed to make. */
  | { readonly kind: 'heard'; readonly by: 'push' | 'pull' }
  | { readonly kind: 'offline'; readonly why: string }
  /** The token is no longer good: a person has to enrol this phone again. Nothing is lost. */
  | { readonly kind: 'enrol_again' }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'refused'; readonly message: string }
  /** This phone could not store what arrived. */
  | { readonly kind: 'storage'; readonly message: string }
  /** A list is arriving: `done` of `total` records so far. */
  | { readonly kind: 'loading'; readonly stream: string; readonly done: number; readonly total: number | null };

export type Reporter = (report: Report) => void;

/** What a refusal means to a person. */
export function reportOf({ code, message }: Refusal): Report {
  const why = sayCode('refusal', code, message);
  switch (code) {
    case 'unauthenticated':
      return { kind: 'enrol_again' };
    case 'device_revoked':
      return { kind: 'revoked' };
    case 'slow_down':
    case 'unavailable':
      return { kind: 'offline', why };
    case 'malformed':
    case 'forbidden':
    case 'not_found':
    case 'version_conflict':
    case 'cursor_expired':
    case 'too_large':
    case 'upgrade_required':
      return { kind: 'refused', message: why };
  }
}
