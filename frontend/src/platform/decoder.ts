/** One code in a picture. `x` and `y` lead from the middle of the picture to the code's; its shorter side is 1. */
export interface Sighting {
  readonly text: string;
  /** A row of bars, which is misread more easily than a square code, for most have no error correction. */
  readonly linear: boolean;
  readonly x: number;
  readonly y: number;
}

export type Decoder = (video: HTMLVideoElement) => Promise<readonly Sighting[]>;

// ITF and Codabar are left out: part of such a code is read as a shorter one.
const NATIVE = ['qr_code', 'aztec', 'data_matrix', 'code_128', 'code_39', 'ean_13', 'ean_8', 'upc_a'];
const SQUARE = /^(qr|aztec|data)/;

// Not in TypeScript's library: only Chromium on Android, ChromeOS and macOS has it.
interface Detected {
  readonly rawValue: string;
  readonly format: string;
  readonly boundingBox: DOMRectReadOnly;
}
interface Detector {
  detect(video: HTMLVideoElement): Promise<readonly Detected[]>;
}
interface DetectorClass {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** The phone's own decoder where it reads QR codes; else, or as soon as that fails, the one that comes with the app. */
export async function loadDecoder(): Promise<Decoder> {
  const native = await nativeDecoder();
  if (native === null) return brought();
  let decode = native;
  return async (video) => {
    try {
      return await decode(video);
    } catch (error) {
      // On phones without Play services it is listed, and fails when it is asked.
      if (decode !== native) throw error;
      console.warn('the phone’s own decoder fails', error);
      decode = await brought();
      return decode(video);
    }
  };
}

async function brought(): Promise<Decoder> {
  const { loadZxing } = await import('./zxing');
  return loadZxing();
}

async function nativeDecoder(): Promise<Decoder | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  const listed = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? [];
  if (BarcodeDetector === undefined || !listed.includes('qr_code')) return null;
  const detector = new BarcodeDetector({ formats: NATIVE.filter((format) => listed.includes(format)) });
  return async (video) => (await detector.detect(video)).map((found) => sighted(found, video));
}

function sighted({ rawValue, format, boundingBox: box }: Detected, video: HTMLVideoElement): Sighting {
  const { videoWidth: width, videoHeight: height } = video;
  const side = Math.min(width, height);
  const [x, y] = [(box.x + box.width / 2 - width / 2) / side, (box.y + box.height / 2 - height / 2) / side];
  // UPC-A has the bars of an EAN-13 that begins with 0: phones say either, also when asked for one alone.
  return { text: rawValue.padStart(format === 'upc_a' ? 13 : 0, '0'), linear: !SQUARE.test(format), x, y };
}
