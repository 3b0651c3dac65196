// What one code of a handover says, and how the codes become a whole again: docs/protocol.md, section 7.8.

import { crc32 } from '../rules/checksum';

const PREFIX = 'EventSync-handover';
const VERSION = 1;
/** A square code of 69 × 69: a phone at arm's length reads it off another's screen. */
const BYTES = 250;
/** Of one handover; more is a file's job. */
export const MOST_FRAMES = 1_000;
const MOST_SETS = 4;
const FRAME = /^EventSync-handover\/(\d+)\/([0-9a-f]{8})\/(\d{1,4})\/(\d{1,4})\/([0-9a-f]{8})\/([\w-]+)$/;

/** The texts of all codes for `bytes`, in order; null when they would be too many. */
export function writeFrames(bytes: Uint8Array): readonly string[] | null {
  const of = Math.ceil(bytes.length / BYTES);
  if (of > MOST_FRAMES) return null;
  const set = hex(crc32(bytes));
  return Array.from({ length: of }, (_, at) => {
    const said = `${set}/${at + 1}/${of}`;
    const piece = encode(bytes.subarray(at * BYTES, (at + 1) * BYTES));
    return `${PREFIX}/${VERSION}/${said}/${sum(said, piece)}/${piece}`;
  });
}

interface Frame {
  /** Which handover: two phones may show theirs at once. */
  readonly set: string;
  readonly at: number;
  readonly of: number;
  readonly bytes: Uint8Array;
}

/** Null: damaged, or not what this version writes. */
function readFrame(text: string): Frame | null {
  const [, , set = '', at = '', of = '', crc, piece = ''] = FRAME.exec(text) ?? [];
  const said = `${set}/${at}/${of}`;
  if (crc === undefined || crc !== sum(said, piece)) return null;
  const bytes = decode(piece);
  const fits = Number(at) >= 1 && Number(at) <= Number(of) && Number(of) <= MOST_FRAMES;
  return bytes !== null && fits ? { set: `${set}/${of}`, at: Number(at), of: Number(of), bytes } : null;
}

export type Taken =
  /** No code of a handover, a damaged one, or one that is known. */
  | { readonly kind: 'nothing' }
  /** Shown by a newer app. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'more'; readonly held: number; readonly of: number }
  | { readonly kind: 'whole'; readonly bytes: Uint8Array };

/** Collects codes: in any order, any number of times, of several handovers at once. */
export class Assembly {
  /** Of each handover what is known; null when it is complete. The one seen longest ago is first. */
  #sets = new Map<string, Map<number, Uint8Array> | null>();

  take(text: string): Taken {
    const version = new RegExp(`^${PREFIX}/(\\d+)/`).exec(text)?.[1];
    if (version === undefined) return { kind: 'nothing' };
    if (Number(version) > VERSION) return { kind: 'newer' };
    const frame = readFrame(text);
    return frame === null ? { kind: 'nothing' } : this.#add(frame);
  }

  #add({ set, at, of, bytes }: Frame): Taken {
    const pieces = this.#touch(set);
    if (pieces === null || pieces.has(at)) return { kind: 'nothing' };
    pieces.set(at, bytes);
    if (pieces.size < of) return { kind: 'more', held: pieces.size, of };
    const whole = joined(pieces);
    const right = `${hex(crc32(whole))}/${of}` === set;
    // Each piece was right and the whole is not: two handovers that look like one. Their next round begins it anew.
    this.#sets.set(set, right ? null : new Map());
    return right ? { kind: 'whole', bytes: whole } : { kind: 'more', held: 0, of };
  }

  #touch(set: string): Map<number, Uint8Array> | null {
    const known = this.#sets.get(set);
    const pieces = known === undefined ? new Map<number, Uint8Array>() : known;
    this.#sets.delete(set);
    this.#sets.set(set, pieces);
    const [oldest] = this.#sets.keys();
    if (this.#sets.size > MOST_SETS && oldest !== undefined) this.#sets.delete(oldest);
    return pieces;
  }
}

function joined(pieces: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const ordered = [...pieces].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
  const whole = new Uint8Array(ordered.reduce((length, bytes) => length + bytes.length, 0));
  ordered.reduce((from, bytes) => (whole.set(bytes, from), from + bytes.length), 0);
  return whole;
}

function sum(said: string, piece: string): string {
  return hex(crc32(new TextEncoder().encode(`${said}/${piece}`)));
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decode(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
