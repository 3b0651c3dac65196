import { beforeEach, expect, test, vi } from 'vitest';
import { sentences, Speaker, voiceFor, type Said } from './speech';

const voice = (lang: string, localService: boolean): SpeechSynthesisVoice => ({ lang, localService, name: lang }) as SpeechSynthesisVoice;
const ENGLISH = voice('en-GB', true);
const VOICES = [voice('en-US', false), ENGLISH, voice('fi_FI', false)];
const PARTS: readonly Said[] = [
  { text: 'Swimming', language: 'en' },
  { text: 'It is late. Please wait.', language: 'en' },
  { text: 'Uinti', language: 'fi' },
];

class Utterance {
  lang = '';
  voice: SpeechSynthesisVoice | null = null;
  onend = (): void => undefined;
  onerror = (): void => undefined;
  constructor(readonly text: string) {}
}

/** As browsers do: `cancel` ends what is being said with an error. */
class Synthesis {
  spoken: Utterance[] = [];
  now: Utterance | null = null;
  getVoices = (): SpeechSynthesisVoice[] => VOICES;
  speak = (one: Utterance): void => {
    this.spoken.push(one);
    this.now = one;
  };
  cancel = (): void => {
    const one = this.now;
    this.now = null;
    one?.onerror();
  };
  end(): void {
    const one = this.now;
    this.now = null;
    one?.onend();
  }
}

let synthesis: Synthesis;
let speaker: Speaker;
let ended: number;
const end = (): void => void (ended += 1);

beforeEach(() => {
  vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
  synthesis = new Synthesis();
  speaker = new Speaker(synthesis as unknown as SpeechSynthesis);
  ended = 0;
  return () => vi.unstubAllGlobals();
});

test('nothing is said before somebody asks', () => {
  expect(speaker.canSpeak('en')).toBe(true);
  expect(synthesis.spoken).toEqual([]);
});

test('one sentence after the other, each in its language, with a voice of the phone if there is one', () => {
  speaker.say(PARTS, end);
  expect(synthesis.spoken.map(({ text }) => text)).toEqual(['Swimming']);
  for (let said = 0; said < 4; said++) synthesis.end();
  expect(synthesis.spoken.map(({ text, lang, voice }) => [text, lang, voice?.lang])).toEqual([
    ['Swimming', 'en', 'en-GB'],
    ['It is late.', 'en', 'en-GB'],
    ['Please wait.', 'en', 'en-GB'],
    ['Uinti', 'fi', 'fi_FI'],
  ]);
  expect(ended).toBe(1);
});

test('stopped, it says nothing more, and ends once', () => {
  speaker.say(PARTS, end);
  const first = synthesis.now;
  speaker.stop();
  first?.onend(); // browsers may say this of what was cancelled
  speaker.stop();
  expect([synthesis.spoken.length, synthesis.now, ended]).toEqual([1, null, 1]);
});

test('something else that is asked for comes instead', () => {
  speaker.say(PARTS, end);
  speaker.say([{ text: 'Relay', language: 'en' }], () => (ended += 10));
  expect([synthesis.now?.text, ended]).toEqual(['Relay', 1]);
  synthesis.end();
  expect(ended).toBe(11);
});

test('a voice that fails ends it', () => {
  speaker.say(PARTS, end);
  synthesis.now?.onerror();
  expect([synthesis.spoken.length, ended]).toEqual([1, 1]);
});

test('of a language that no voice speaks nothing is offered', () => {
  expect([voiceFor(VOICES, 'en'), voiceFor(VOICES, 'ar')]).toEqual([ENGLISH, null]);
  expect(speaker.canSpeak('ar')).toBe(false);
});

test('a browser that knows no sentences is told them by their marks', () => {
  vi.stubGlobal('Intl', {});
  expect(sentences({ text: 'Kello 15.30. Tule! ', language: 'fi' }).map(({ text }) => text)).toEqual(['Kello 15.30.', 'Tule!']);
});
