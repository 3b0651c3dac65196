/** Text in one language. */
export interface Said {
  readonly text: string;
  readonly language: string;
}

/** Sentence by sentence: browsers stop in the middle of longer texts. */
export function sentences({ text, language }: Said): Said[] {
  const found =
    'Segmenter' in Intl
      ? [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)].map(({ segment }) => segment)
      : text.split(/(?<=[.!?؟])\s+/);
  return found.map((each) => ({ text: each.trim(), language })).filter((each) => each.text !== '');
}

/** A voice that speaks the language; rather one of the phone itself, for others need a network. */
export function voiceFor(voices: readonly SpeechSynthesisVoice[], language: string): SpeechSynthesisVoice | null {
  const speaking = voices.filter(({ lang }) => lang.split(/[-_]/)[0]?.toLowerCase() === language);
  return speaking.find(({ localService }) => localService) ?? speaking[0] ?? null;
}

/** Says one thing at a time. */
export class Speaker {
  readonly #synthesis: SpeechSynthesis;
  #ended: (() => void) | null = null;

  constructor(synthesis: SpeechSynthesis) {
    this.#synthesis = synthesis;
  }

  canSpeak(language: string): boolean {
    return voiceFor(this.#synthesis.getVoices(), language) !== null;
  }

  /** Instead of what is being said. `ended`: it is all said, or was stopped, or cannot be said. */
  say(parts: readonly Said[], ended: () => void): void {
    this.stop();
    this.#ended = ended;
    this.#next(parts.flatMap(sentences), ended);
  }

  stop(): void {
    const ended = this.#ended;
    this.#ended = null;
    this.#synthesis.cancel();
    ended?.();
  }

  #next([first, ...rest]: readonly Said[], ended: () => void): void {
    if (this.#ended !== ended) return; // it was stopped
    if (first === undefined) return this.stop();
    const one = new SpeechSynthesisUtterance(first.text);
    one.lang = first.language;
    one.voice = voiceFor(this.#synthesis.getVoices(), first.language);
    one.onend = () => this.#next(rest, ended);
    one.onerror = () => {
      if (this.#ended === ended) this.stop();
    };
    this.#synthesis.speak(one);
  }
}
