/** A reader’s keys follow each other at least so closely, ms; nobody types six of them so. */
const GAP_MS = 35;
/** A busy phone, or a reader on a weak radio, stops for so long in the middle of a code. */
const STALL_MS = 300;
/** So many keys in a row are no person’s. */
const FAST = 3;
const LEAST = 6;
/** Some readers end a code twice, with return and line feed. */
const ECHO_MS = 300;

/**
 * What a key is: `code` the end of what a reader typed, and `whole` with what came just before, at the pace of a person or of
 * a reader that stutters · `swallow` nothing that a button should hear · `begins` perhaps the first
 * of a code · `leave` anything else.
 */
export type Heard = { readonly kind: 'code'; readonly text: string; readonly whole: string } | { readonly kind: 'swallow' | 'begins' | 'leave' };

/** Tells the keys of a reader, which types like a keyboard, from those of a person. */
export class Wedge {
  #text = '';
  #before = '';
  #fast = 0;
  #last = -Infinity;
  #ended = -Infinity;

  /** `key` as in KeyboardEvent, pressed at the time `at`, ms. */
  press(key: string, at: number): Heard {
    const ends = key === 'Enter' || key === 'Tab';
    // Shift, and whatever else makes no letter, is part of typing one.
    if (!ends && key.length !== 1) return { kind: 'leave' };
    this.#follow(at - this.#last);
    this.#last = at;
    return ends ? this.#end(at) : this.#add(key);
  }

  /** What came before belongs to the same code, or is forgotten. The first key may stall: it is what wakes a busy page. */
  #follow(gap: number): void {
    if (gap <= GAP_MS) this.#fast += 1;
    else if (gap > STALL_MS) this.#forget();
    else if (this.#fast < FAST && this.#text.length !== 1) this.#beginAgain();
  }

  #beginAgain(): void {
    this.#before += this.#text;
    this.#text = '';
    this.#fast = 0;
  }

  #forget(): void {
    this.#beginAgain();
    this.#before = '';
  }

  #add(key: string): Heard {
    // No code begins so, and people press buttons with it.
    if (key === ' ' && this.#text === '') return { kind: 'leave' };
    this.#text += key;
    if (this.#text.length === 1) return { kind: 'begins' };
    return { kind: key === ' ' ? 'swallow' : 'leave' };
  }

  #end(at: number): Heard {
    const [text, whole] = [this.#text, this.#before + this.#text];
    this.#forget();
    if (text.length < LEAST) return { kind: at - this.#ended < ECHO_MS ? 'swallow' : 'leave' };
    this.#ended = at;
    return { kind: 'code', text, whole };
  }
}
