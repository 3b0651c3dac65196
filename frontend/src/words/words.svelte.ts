import { keepLanguage, keptLanguage, markPage, onLanguageKept, preferredLanguages } from '../platform/language';
import type { Catalogue, Forms, Key, Message, Told, Values } from './catalogue';
import { ENGLISH, languageFor, localeFor, type Language } from './languages';

const PATIENCE_MS = 8_000;
const RETRY_MS = 2_000;
// Unicode's marks around a piece of text whose direction must not disturb its surroundings.
const [ISOLATE, POP] = ['\u2068', '\u2069'];
// In no text and in no value.
const GAP = '\u0000';

/** The texts of the language that this phone speaks. What is read from it is read anew when that changes. */
export class Words {
  #language = $state.raw<Language>(ENGLISH);
  #catalogue = $state.raw<Catalogue>({});
  /** The latest choice; a catalogue that was asked for earlier comes too late. */
  #turn = 0;
  #locale = $derived(localeFor(this.#language, preferredLanguages()));
  #plurals = $derived(new Intl.PluralRules(this.#language.code));
  #numbers = $derived(new Intl.NumberFormat(this.#locale));
  #lists = $derived(new Intl.ListFormat(this.#language.code, { type: 'conjunction' }));

  get language(): Language {
    return this.#language;
  }

  /** For Intl: a BCP 47 tag. */
  get locale(): string {
    return this.#locale;
  }

  /** Speaks as a person chose, else as the phone does, else English. Resolves when there are words at all. */
  async start(): Promise<void> {
    const turn = ++this.#turn;
    const wanted = languageFor(preferredLanguages(), keptLanguage());
    while (turn === this.#turn && !(await this.#speak(wanted, turn)) && !(await this.#speak(ENGLISH, turn))) {
      await new Promise((wake) => setTimeout(wake, RETRY_MS));
    }
  }

  /** Speaks as the other tabs do. */
  follow(): void {
    onLanguageKept(() => void this.start());
  }

  /** A person's choice, kept on this phone. Says whether its catalogue could be had. */
  async choose(language: Language): Promise<boolean> {
    const turn = ++this.#turn;
    const there = await this.#speak(language, turn);
    if (there && turn === this.#turn) keepLanguage(language.code);
    return there;
  }

  say = <K extends Key>(key: K, ...[values]: Told<K>): string => {
    return this.#fill(this.#catalogue[key] ?? key, values ?? {});
  };

  /** What stands before and after the value `slot`, for a screen that shows that value in a way of its own. */
  around = <K extends Key>(key: K, slot: keyof Values<K> & string, values: Values<K>): readonly [before: string, after: string] => {
    const [before = '', after = ''] = this.#fill(this.#catalogue[key] ?? key, values, slot).split(GAP);
    return [before, after];
  };

  /** The text of a `code` that came from elsewhere: that of `{group}.{code}`, else `otherwise`. */
  sayCode = (group: string, code: string, otherwise: string): string => {
    const key = `${group}.${code}`;
    return this.#fill((Object.hasOwn(this.#catalogue, key) && this.#catalogue[key]) || otherwise, {});
  };

  number = (value: number): string => this.#numbers.format(value);

  /** "A, B and C". */
  list = (parts: readonly string[]): string => this.#lists.format(parts.map((part) => this.#isolated(part)));

  /** From now on, these are the words. */
  take(language: Language, catalogue: Catalogue): void {
    this.#catalogue = catalogue;
    this.#language = language;
    markPage(language.code, language.dir, this.say('app.title'));
  }

  /** Says whether there are such words; nobody speaks them who chose others meanwhile. */
  async #speak(language: Language, turn: number): Promise<boolean> {
    const catalogue = await fetched(language.address);
    if (catalogue !== null && turn === this.#turn) this.take(language, catalogue);
    return catalogue !== null;
  }

  #fill(message: Message, values: Readonly<Record<string, string | number>>, gap?: string): string {
    const text = this.#form(message, values['count']);
    return text.replace(/\{(\w+)\}/g, (slot, name: string) => {
      if (name === gap) return GAP;
      const value = values[name];
      if (value === undefined) return slot;
      return typeof value === 'number' ? this.number(value) : this.#isolated(value);
    });
  }

  #form(message: Message, count: string | number | undefined): string {
    if (typeof message === 'string') return message;
    const forms: Forms = message;
    return forms[this.#plurals.select(Number(count))] ?? forms.other;
  }

  #isolated(value: string): string {
    return this.#language.dir === 'rtl' && value !== '' ? ISOLATE + value + POP : value;
  }
}

async function fetched(address: string): Promise<Catalogue | null> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { words } = (await answer.json()) as { words?: Catalogue };
    return answer.ok ? (words ?? null) : null;
  } catch {
    // Neither stored nor to be had: the app goes on in the language that it has.
    return null;
  }
}

export const words = new Words();
export const { say, around, sayCode, number, list } = words;
