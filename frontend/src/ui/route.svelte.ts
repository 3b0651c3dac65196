export const SCREENS = ['door', 'lead', 'sent', 'phone', 'give', 'take', 'name', 'checkpoint', 'enrol'] as const;
/** No address names the kiosk: a profile leads there, and nothing else. */
export type Screen = (typeof SCREENS)[number] | 'kiosk';

/** The enrolment code in an address that ends in `#enrol=CODE`; '' without one. Of a broken link, what is there: a person can mend it. */
export function codeIn(hash: string): string {
  const code = /^#enrol=(.+)$/.exec(hash)?.[1] ?? '';
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

/** The screen that the address names: #/door, #/sent, … so that the phone's "back" works. */
export class Route {
  #screen = $state<Screen>('door');

  constructor() {
    this.#read();
    window.addEventListener('hashchange', () => this.#read());
  }

  get screen(): Screen {
    return this.#screen;
  }

  go(screen: Screen): void {
    location.hash = `#/${screen}`;
  }

  #read(): void {
    this.#screen = SCREENS.find((screen) => location.hash === `#/${screen}`) ?? 'door';
  }
}
