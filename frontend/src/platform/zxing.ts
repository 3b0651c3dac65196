// Loaded only by a phone that has no decoder of its own, and when it scans: half a megabyte travels, then it is stored.
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import address from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { Decoder, Sighting } from './decoder';

/** Pixels. What is larger is read no better, and slower. */
const SIDE = 640;

const OPTIONS: ReaderOptions = {
  formats: ['QRCode', 'Aztec', 'DataMatrix', 'Code128', 'Code39', 'EAN13', 'EAN8'],
  maxNumberOfSymbols: 4,
  // By default brackets are put around the parts of a GS1 code, and nobody's list has it so.
  textMode: 'Plain',
};

export async function loadZxing(): Promise<Decoder> {
  // By default it comes from a CDN, which our policy forbids and no phone without signal reaches.
  await prepareZXingModule({ overrides: { locateFile: () => address }, fireImmediately: true });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  let tryInvert = false;
  return async (video) => {
    const side = square(video, canvas, context);
    // White on black, as on phones in dark mode, costs as much again: in every second picture.
    tryInvert = !tryInvert;
    const found = await readBarcodes(context.getImageData(0, 0, side, side), { ...OPTIONS, tryInvert });
    return found.map(({ text, format, position: { topLeft: a, bottomRight: b } }) => {
      return { text, linear: !SQUARE.test(format), x: (a.x + b.x) / 2 / side - 0.5, y: (a.y + b.y) / 2 / side - 0.5 };
    }) satisfies Sighting[];
  };
}

const SQUARE = /^(QR|Aztec|Data)/;

/** Draws the largest square in the middle of the picture, which is what the screen shows; returns its side. */
function square(video: HTMLVideoElement, canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): number {
  const { videoWidth: width, videoHeight: height } = video;
  const whole = Math.min(width, height);
  const side = Math.min(whole, SIDE);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  context.drawImage(video, (width - whole) / 2, (height - whole) / 2, whole, whole, 0, 0, side, side);
  return side;
}
