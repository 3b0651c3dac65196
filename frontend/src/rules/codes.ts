// Twin of checkin/rules.py, bound by tests/contract/vectors/codes.json.

const OURS = /^[ACDEFGHJKMNPQRTVWXY34679]{15}$/;

/** Whether a person typed one of our own codes, in whatever case and grouping. */
export function isOurCode(code: string): boolean {
  return OURS.test(stripped(code));
}

/** A code as it is hashed: ours without separators and in capitals, anybody else's byte for byte. */
export function canonicalCode(code: string): string {
  return isOurCode(code) ? stripped(code) : code;
}

/** The first 128 bits of SHA-256(event id ":" canonical code), base64url without padding (22 characters). */
export async function credentialDigest(event: string, code: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${event}:${canonicalCode(code)}`);
  return base64url((await crypto.subtle.digest('SHA-256', bytes)).slice(0, 16));
}

/** Without padding. */
export function base64url(bytes: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Without the separators that codes are printed with, in capitals. */
export function stripped(code: string): string {
  return code.replaceAll(/[ -]/g, '').toUpperCase();
}
