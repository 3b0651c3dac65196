// The decoder that comes with the app, and the pictures that it is given: real codes, drawn by the same library's other half.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { prepareZXingModule, writeBarcode, type WriteInputBarcodeFormat } from 'zxing-wasm/writer';
import type { Decoder, Sighting } from './decoder';

const SIDE = 640;
const require = createRequire(import.meta.url);
const wasm = (half: 'reader' | 'writer') => readFileSync(require.resolve(`zxing-wasm/${half}/zxing_${half}.wasm`));

interface Picture {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** As large as fits into the middle of the picture. Bars are drawn as high as a third of it. */
async function drawn(text: string, format: WriteInputBarcodeFormat, bars: boolean): Promise<Picture> {
  const { symbol, error } = await writeBarcode(text, { format, scale: 1 });
  expect(error).toBe('');
  const { data, width, height } = symbol;
  const picture = { data: new Uint8ClampedArray(SIDE * SIDE * 4).fill(255), width: SIDE, height: SIDE };
  const scale = Math.floor((SIDE - 80) / width);
  const high = bars ? 200 : height * scale;
  const [left, top] = [Math.floor((SIDE - width * scale) / 2), Math.floor((SIDE - high) / 2)];
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < width * scale; x++) {
      const row = bars ? Math.floor(height / 2) : Math.floor(y / scale);
      picture.data.fill(data[row * width + Math.floor(x / scale)] ?? 255, ...rgb((top + y) * SIDE + left + x));
    }
  }
  return picture;
}

function rgb(pixel: number): [number, number] {
  return [pixel * 4, pixel * 4 + 3];
}

/** What a camera shows, as far as the decoder asks. */
async function read(picture: Picture): Promise<readonly Sighting[]> {
  shown = picture;
  return decode({ videoWidth: SIDE, videoHeight: SIDE } as HTMLVideoElement);
}

let shown: Picture;
let decode: Decoder;

beforeEach(async () => {
  await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm('writer')).buffer }, fireImmediately: true });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(wasm('reader'), { headers: { 'Content-Type': 'application/wasm' } })));
  vi.stubGlobal('ImageData', Object);
  const context = { drawImage: () => undefined, getImageData: () => shown };
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => context }) });
  const { loadZxing } = await import('./zxing');
  decode = await loadZxing();
});
afterEach(() => vi.unstubAllGlobals());

test.each([
  ['QR code', 'QRCode', 'ACDEF-GHJKM-NPQRT', 'ACDEF-GHJKM-NPQRT', false],
  ['Aztec', 'Aztec', 'ACDEF-GHJKM-NPQRT', 'ACDEF-GHJKM-NPQRT', false],
  ['Data Matrix', 'DataMatrix', 'ACDEF-GHJKM-NPQRT', 'ACDEF-GHJKM-NPQRT', false],
  ['Code 128', 'Code128', 'Ticket 0042', 'Ticket 0042', true],
  ['Code 39', 'Code39', 'TICKET-42', 'TICKET-42', true],
  ['EAN-13', 'EAN13', '4006381333931', '4006381333931', true],
  ['EAN-8', 'EAN8', '96385074', '96385074', true],
  ['UPC-A, as the EAN-13 that it is', 'UPCA', '036000291452', '0036000291452', true],
] as const)('reads %s', async (_, format, text, said, linear) => {
  expect(await read(await drawn(text, format, linear))).toEqual([{ text: said, linear, x: expect.closeTo(0, 1), y: expect.closeTo(0, 1) }]);
});

// Part of such a code is read as a shorter one.
test.each([
  ['ITF', 'ITF', '30712345000010'],
  ['Codabar', 'Codabar', 'A40156B'],
] as const)('reads no %s', async (_, format, text) => {
  expect(await read(await drawn(text, format, true))).toEqual([]);
});

test('reads white on black in every second picture', async () => {
  const picture = await drawn('ACDEF-GHJKM-NPQRT', 'QRCode', false);
  const dark = { ...picture, data: picture.data.map((value, at) => (at % 4 === 3 ? value : 255 - value)) };
  expect([(await read(dark)).length, (await read(dark)).length].sort()).toEqual([0, 1]);
});
