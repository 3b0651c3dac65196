// The phone's own decoder, where it has one.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadDecoder } from './decoder';

const LISTED = [
  'aztec', 'codabar', 'code_128', 'code_39', 'code_93', 'data_matrix', 'ean_13', 'ean_8', 'itf', 'pdf417', 'qr_code', 'upc_a', 'upc_e',
]; // prettier-ignore
const VIDEO = { videoWidth: 1280, videoHeight: 720 } as HTMLVideoElement;

interface Found {
  readonly rawValue: string;
  readonly format: string;
  readonly boundingBox: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

let asked: readonly string[][];
let found: readonly Found[];
let brought: number;

/** A phone that lists such formats. */
function having(listed: readonly string[]): void {
  vi.stubGlobal(
    'BarcodeDetector',
    class {
      static getSupportedFormats = () => Promise.resolve(listed);
      constructor({ formats }: { formats: string[] }) {
        asked = [...asked, formats];
      }
      detect = () => Promise.resolve(found);
    },
  );
}

vi.mock('./zxing', () => ({
  loadZxing: () => {
    brought++;
    return Promise.resolve(() => Promise.resolve([]));
  },
}));

function seen(format: string, rawValue: string, box: Partial<Found['boundingBox']> = {}): Found {
  return { rawValue, format, boundingBox: { x: 540, y: 260, width: 200, height: 200, ...box } };
}

beforeEach(() => {
  [asked, found, brought] = [[], [], 0];
});
afterEach(() => vi.unstubAllGlobals());

test('it is asked for what the one that comes with the app reads, and for nothing else', async () => {
  having(LISTED);
  await loadDecoder();
  expect(asked).toEqual([['qr_code', 'aztec', 'data_matrix', 'code_128', 'code_39', 'ean_13', 'ean_8', 'upc_a']]);
});

// A format that it does not know is an error to a browser.
test('it is asked for no more than it lists', async () => {
  having(['qr_code', 'ean_13', 'itf']);
  await loadDecoder();
  expect([asked, brought]).toEqual([[['qr_code', 'ean_13']], 0]);
});

test.each([
  ['lists no QR codes', ['ean_13', 'code_128']],
  ['lists nothing', []],
])('a phone whose own %s reads by the one that comes with the app', async (_, listed) => {
  having(listed);
  await loadDecoder();
  expect([asked, brought]).toEqual([[], 1]);
});

test.each([
  ['qr_code', 'ACDEF', 'ACDEF', false],
  ['aztec', 'ACDEF', 'ACDEF', false],
  ['data_matrix', 'ACDEF', 'ACDEF', false],
  ['code_128', 'Ticket 42', 'Ticket 42', true],
  ['code_39', 'TICKET-42', 'TICKET-42', true],
  ['ean_13', '4006381333931', '4006381333931', true],
  ['ean_8', '96385074', '96385074', true],
  // The same bars: a phone must say the same as every other one.
  ['ean_13', '0036000291452', '0036000291452', true],
  ['upc_a', '036000291452', '0036000291452', true],
  ['upc_a', '0036000291452', '0036000291452', true],
])('%s %s is %s', async (format, raw, text, linear) => {
  having(LISTED);
  const decode = await loadDecoder();
  found = [seen(format, raw)];
  expect(await decode(VIDEO)).toEqual([{ text, linear, x: 0, y: 0 }]);
});

test('where it is leads from the middle, measured by the shorter side', async () => {
  having(LISTED);
  const decode = await loadDecoder();
  found = [seen('qr_code', 'A', { x: 900, y: 80 })];
  expect(await decode(VIDEO)).toEqual([{ text: 'A', linear: false, x: 0.5, y: -0.25 }]);
});
