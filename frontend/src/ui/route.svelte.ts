export const SCREENS = ['door', 'sent', 'phone', 'name', 'checkpoint', 'enrol'] as const;
export type Screen = (typeof SCREENS)[number];

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
