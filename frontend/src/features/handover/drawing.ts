import { generate } from 'lean-qr/nano';

/** What the longest text needs: codes of one size do not jump. */
const VERSION = 13;

/** Draws `text` as a QR code, one pixel a module, with the quiet zone around it that cameras need. */
export function draw(text: string, on: HTMLCanvasElement): void {
  generate(text, { minVersion: VERSION }).toCanvas(on, { off: [255, 255, 255] });
}
