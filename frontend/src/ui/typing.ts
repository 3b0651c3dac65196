import { Wedge } from './wedge';

interface Place {
  /** Where people search; null where nobody does. */
  readonly box: () => HTMLInputElement | null;
  /** A reader typed a code; `whole`: with what came just before. */
  readonly read: (code: string, whole: string) => void;
}

/** Hears every key before anybody else: what a reader types never presses a button and never stays in a field. */
export class Typing {
  #wedge = new Wedge();
  #restore: () => void = () => undefined;

  constructor(private readonly place: Place) {}

  press(event: KeyboardEvent): void {
    // Keys that are held down repeat as fast as a reader.
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const heard = this.#wedge.press(event.key, event.timeStamp);
    const field = fieldOf(event.target);
    if (heard.kind === 'code') this.#take(event, heard.text, heard.whole);
    else if (heard.kind === 'swallow' && !(field && event.key === ' ')) stop(event);
    else if (event.key.length === 1) this.#type(event.key, field, heard.kind === 'begins');
  }

  #take(event: KeyboardEvent, code: string, whole: string): void {
    stop(event);
    this.#restore();
    this.place.read(code, whole);
  }

  // Whoever types without a field means to search.
  #type(key: string, field: HTMLInputElement | HTMLTextAreaElement | null, begins: boolean): void {
    const box = this.place.box();
    if (field === null && key !== ' ') box?.focus();
    if (begins) this.#restore = field === null || field === box ? () => undefined : restoring(field);
  }
}

function stop(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

function fieldOf(target: EventTarget | null): HTMLInputElement | HTMLTextAreaElement | null {
  if (target instanceof HTMLTextAreaElement) return target;
  const typed = /^(text|search|tel|number|password|email|url)$/;
  return target instanceof HTMLInputElement && typed.test(target.type) ? target : null;
}

function restoring(field: HTMLInputElement | HTMLTextAreaElement): () => void {
  const { value } = field;
  return () => {
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
}
