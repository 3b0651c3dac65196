/** What a result is to ears and hands: hertz (0: a rest) and milliseconds, one after the other; milliseconds on, off, on, … */
export interface Signal {
  readonly tones: readonly (readonly [pitch: number, length: number])[];
  readonly beat: readonly number[];
}

/** Good news rises; going out falls; what wants a look comes twice, or is low and long. Known apart with closed eyes. */
export const SIGNALS = {
  in: { tones: [[784, 80], [1175, 140]], beat: [70] },
  out: { tones: [[1175, 80], [784, 140]], beat: [70, 60, 70] },
  already: { tones: [[523, 130], [0, 70], [523, 130]], beat: [180, 90, 180] },
  unlisted: { tones: [[392, 160], [294, 160], [392, 160]], beat: [120, 80, 120, 80, 300] },
  hold: { tones: [[659, 120], [0, 60], [659, 120], [0, 60], [659, 120]], beat: [150, 80, 150, 80, 150] },
  guarded: { tones: [[659, 120], [0, 60], [659, 240]], beat: [150, 80, 300] },
  barred: { tones: [[440, 140], [0, 60], [330, 320]], beat: [250, 80, 250] },
  choose: { tones: [[659, 90]], beat: [40] },
  taken: { tones: [[523, 130], [0, 70], [440, 160]], beat: [180, 90, 90] },
  unsaved: { tones: [[196, 700]], beat: [800] },
} as const satisfies Readonly<Record<string, Signal>>;
