// Twin of record_checksum in eventsync/sync/streams.py, bound by tests/contract/vectors/checksum.json.

/** One version of a record. */
export interface Version {
  readonly kind: string;
  readonly key: string;
  readonly seq: number;
}

/** How many records there are, and the sum modulo 2³² of their checksums. */
export interface Sum {
  readonly held: number;
  readonly checksum: number;
}

export const NOTHING: Sum = { held: 0, checksum: 0 };

/** CRC-32 (as in zip) of `kind/key/seq` in UTF-8. */
export function recordChecksum({ kind, key, seq }: Version): number {
  const text = `${kind}/${key}/${seq}`;
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return crc32(ENCODER.encode(text));
    crc = step(crc, code);
  }
  return ~crc >>> 0;
}

export function sumOf(versions: Iterable<Version>): Sum {
  let sum = NOTHING;
  for (const version of versions) sum = plus(sum, version);
  return sum;
}

export function plus({ held, checksum }: Sum, version: Version): Sum {
  return { held: held + 1, checksum: (checksum + recordChecksum(version)) >>> 0 };
}

export function minus({ held, checksum }: Sum, version: Version): Sum {
  return { held: held - 1, checksum: (checksum - recordChecksum(version)) >>> 0 };
}

const ENCODER = new TextEncoder();
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** CRC-32, as in zip. The fast way above is for ASCII, which nearly every key is. */
export function crc32(bytes: Uint8Array): number {
  return ~bytes.reduce(step, 0xffffffff) >>> 0;
}

function step(crc: number, byte: number): number {
  return (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
}
