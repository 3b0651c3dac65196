import { keep, kept } from '../platform/preferences';

/** How this phone behaves; nobody else's business, and never sent. */
export interface Choices {
  /** A result fills the screen. */
  readonly fullScreen: boolean;
  readonly sound: boolean;
  readonly vibration: boolean;
  /** The camera is wanted at the door. */
  readonly scan: boolean;
  /** The browser's id of the camera that a person chose; '' for the one that looks away from them. */
  readonly camera: string;
  /** The same at a kiosk; '' for the one that looks at people. */
  readonly kioskCamera: string;
  /** The id of the checkpoint at which this phone lets people out; '' for none. */
  readonly leaving: string;
}

const DEFAULTS: Choices = { fullScreen: true, sound: true, vibration: true, scan: false, camera: '', kioskCamera: '', leaving: '' };

export class Settings {
  #choices = $state.raw<Choices>(readable(kept()));

  get choices(): Choices {
    return this.#choices;
  }

  choose(some: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...some };
    keep(this.#choices);
  }
}

/** What is stored as far as it makes sense: another version of the app may have written it. */
export function readable(stored: Record<string, unknown>): Choices {
  const sensible = Object.entries(DEFAULTS).filter(([name, value]) => typeof stored[name] === typeof value);
  return { ...DEFAULTS, ...Object.fromEntries(sensible.map(([name]) => [name, stored[name]])) };
}
