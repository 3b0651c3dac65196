import { expect, test } from 'vitest';
import { Assembly, MOST_FRAMES, writeFrames, type Taken } from './frames';
import { pack, unpack } from './packing';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed + 1);

function noise(length: number, seed: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function framesOf(bytes: Uint8Array): readonly string[] {
  const frames = writeFrames(bytes);
  if (frames === null) throw new Error('too many');
  return frames;
}

function shuffled(frames: readonly string[], random: () => number): string[] {
  return frames.map((frame) => ({ frame, key: random() })).sort((a, b) => a.key - b.key).map(({ frame }) => frame); // prettier-ignore
}

function takeAll(assembly: Assembly, frames: readonly string[]): Taken[] {
  return frames.map((frame) => assembly.take(frame));
}

test.each([0, 1, 249, 250, 251, 5_000])('%i bytes arrive as they were', (length) => {
  const bytes = noise(length, 7);
  const told = takeAll(new Assembly(), framesOf(bytes));
  expect(told.at(-1)).toEqual(length === 0 ? undefined : { kind: 'whole', bytes });
});

test('a code is small enough for a camera, and its letters are safe in it', () => {
  const frames = framesOf(noise(250 * MOST_FRAMES, 1));
  expect(frames.length).toBe(MOST_FRAMES);
  // Version 13 (69 × 69) with the least correction holds 425 bytes; three tell the character set.
  expect(Math.max(...frames.map(({ length }) => length))).toBeLessThanOrEqual(422);
  expect(frames.every((frame) => /^[\x21-\x7e]+$/.test(frame))).toBe(true);
});

test('what would be too many codes is left to a file', () => {
  expect(writeFrames(noise(250 * MOST_FRAMES + 1, 1))).toBeNull();
});

test.each(SEEDS)('seed %i: any order, loss, repeats, foreign codes and two givers at once', (seed) => {
  const random = randomFrom(seed);
  const [maria, ben] = [noise(1 + Math.floor(random() * 4_000), seed), noise(1 + Math.floor(random() * 4_000), -seed)];
  const assembly = new Assembly();
  const whole: Uint8Array[] = [];
  for (let round = 0; whole.length < 2; round++) {
    expect(round).toBeLessThan(200);
    const shown = shuffled([...framesOf(maria), ...framesOf(ben), 'G1-ABCD', framesOf(maria)[0]?.slice(0, -1) ?? ''], random);
    const seen = shown.filter(() => random() < 0.6);
    whole.push(...takeAll(assembly, seen).flatMap((told) => (told.kind === 'whole' ? [told.bytes] : [])));
  }
  expect(whole).toHaveLength(2);
  expect(whole).toContainEqual(maria);
  expect(whole).toContainEqual(ben);
  expect(new Set(takeAll(assembly, [...framesOf(maria), ...framesOf(ben)]).map(({ kind }) => kind))).toEqual(new Set(['nothing']));
});

test('it says how far it is', () => {
  const [first = '', second = '', third = ''] = framesOf(noise(600, 3));
  const assembly = new Assembly();
  expect(takeAll(assembly, [second, second, first]).slice(0, 3)).toEqual([
    { kind: 'more', held: 1, of: 3 }, { kind: 'nothing' }, { kind: 'more', held: 2, of: 3 },
  ]); // prettier-ignore
  expect(assembly.take(third).kind).toBe('whole');
});

test.each([
  ['a flipped letter', (frame: string) => frame.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
  ['a cut', (frame: string) => frame.slice(0, -4)],
  ['another place', (frame: string) => frame.replace('/1/1/', '/2/2/')],
  ['a place beyond the last', (frame: string) => frame.replace('/1/1/', '/2/1/')],
  ['a wristband', () => '7693-GYQH-EMVH'],
  ['nothing', () => ''],
])('%s is not taken', (_, broken) => {
  const [frame = ''] = framesOf(noise(100, 5));
  expect(new Assembly().take(broken(frame))).toEqual({ kind: 'nothing' });
});

test('a code of a newer app is told apart', () => {
  const [frame = ''] = framesOf(noise(100, 5));
  expect(new Assembly().take(frame.replace('handover/1/', 'handover/2/'))).toEqual({ kind: 'newer' });
});

test('many abandoned handovers use up no memory, and the newest is finished', () => {
  const assembly = new Assembly();
  for (let seed = 1; seed < 500; seed++) assembly.take(framesOf(noise(600, seed))[0] ?? '');
  const bytes = noise(600, 499);
  expect(takeAll(assembly, framesOf(bytes).slice(1)).at(-1)).toEqual({ kind: 'whole', bytes });
});

test('packing brings a text back', async () => {
  const text = 'Zoë, 北京\n'.repeat(1_000);
  const packed = await pack(text);
  expect(packed.length).toBeLessThan(200);
  expect(await unpack(packed, 100_000)).toBe(text);
});

test('what unpacks to too much, or is nothing packed, is not taken', async () => {
  const packed = await pack('x'.repeat(100_000));
  expect(await unpack(packed, 99_999)).toBeNull();
  expect(await unpack(packed.subarray(0, -9), 100_000)).toBeNull();
  expect(await unpack(new Uint8Array([1, 2, 3]), 100_000)).toBeNull();
});
