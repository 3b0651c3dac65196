/** Hertz, 0 for a rest, and milliseconds. */
export type Tone = readonly [pitch: number, length: number];

const VOLUME = 0.4;
const EDGE_S = 0.01;

/** Short tones, made by the phone itself: nothing is loaded. */
export class Chime {
  #audio: AudioContext | null = null;

  /** One after the other. Silent until somebody has touched the page once: browsers want that. */
  async play(tones: readonly Tone[]): Promise<void> {
    if (typeof AudioContext === 'undefined') return;
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    // iOS interrupts it with each call and each lock of the screen.
    if (audio.state !== 'running') await audio.resume();
    let start = audio.currentTime;
    for (const [pitch, length] of tones) {
      if (pitch > 0) sound(audio, pitch, start, length / 1000);
      start += length / 1000;
    }
  }
}

function sound(audio: AudioContext, pitch: number, start: number, length: number): void {
  const [source, gain] = [audio.createOscillator(), audio.createGain()];
  source.type = 'triangle';
  source.frequency.value = pitch;
  // Without slopes at both ends it clicks.
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(VOLUME, start + EDGE_S);
  gain.gain.setValueAtTime(VOLUME, start + length - EDGE_S);
  gain.gain.linearRampToValueAtTime(0, start + length);
  source.connect(gain).connect(audio.destination);
  source.start(start);
  source.stop(start + length);
}

/** Milliseconds on, off, on, … No iPhone's browser can. */
export function vibrate(beat: readonly number[]): void {
  if ('vibrate' in navigator) navigator.vibrate([...beat]);
}
