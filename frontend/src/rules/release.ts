// Twin of checkin/rules.py: release_hash and wrong_in_a_row, bound by tests/contract/vectors/release_*.json.

import { base64url, stripped } from './codes';
import { inOrder, type Ordered } from './holds';

/** One release code that somebody said of a person. */
export interface Try extends Ordered {
  readonly right: boolean;
}

/** PBKDF2 with HMAC-SHA-256 of a release code, however it was typed: 256 bits; base64url without padding, as `salt` is. */
export async function releaseHash(code: string, salt: string, iterations: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(stripped(code)), 'PBKDF2', false, ['deriveBits']);
  const bytes = Uint8Array.from(atob(salt.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return base64url(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes, iterations }, key, 256));
}

/** The wrong ones that no right one comes after, in order. */
export function wrongInARow<Each extends Try>(tries: readonly Each[]): readonly Each[] {
  const ordered = [...tries].sort(inOrder);
  return ordered.slice(ordered.findLastIndex(({ right }) => right) + 1);
}
