const YEAR_S = 365 * 24 * 3600;

/** The form on which somebody chooses how they see the pages: each choice counts at once, and can be undone. */
export class Choices {
  readonly #page: Document;
  readonly #form: HTMLFormElement;
  #chosen: string;

  /** `form`: as the server made it, or as it was kept, when it knows nothing of who reads it. */
  constructor(page: Document, form: HTMLFormElement) {
    this.#page = page;
    this.#form = form;
    this.#chosen = (page.documentElement.dataset['settings'] ?? '').replaceAll(' ', '.');
  }

  start(): void {
    this.#check();
    for (const button of this.#form.querySelectorAll('button')) button.hidden = true;
    this.#form.addEventListener('change', () => this.#choose(this.#said()));
  }

  // Such as size:large.colours:dark, as eventsync/schedule/pages/settings.py reads it.
  #said(): string {
    const all = [...new FormData(this.#form)].filter(([, value]) => value !== '');
    return all.map(([name, value]) => `${name}:${String(value)}`).join('.');
  }

  #check(): void {
    const chosen = this.#chosen.split('.');
    for (const input of this.#form.querySelectorAll('input')) input.checked = chosen.includes(`${input.name}:${input.value}`);
    for (const usual of this.#form.querySelectorAll<HTMLInputElement>('input[value=""]')) {
      usual.checked = this.#form.querySelector(`[name=${usual.name}]:checked`) === null;
    }
  }

  #choose(said: string): void {
    const before = this.#chosen;
    this.#chosen = said;
    this.#check();
    this.#keep();
    this.#tell(() => {
      this.#choose(before);
      this.#page.querySelector<HTMLElement>('#offer button')?.focus();
    });
  }

  // A browser may forget within a week what a script keeps, so the server is asked to keep it, too, if it can be reached.
  #keep(): void {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    const age = this.#chosen === '' ? 0 : YEAR_S;
    this.#page.cookie = `settings=${this.#chosen}; path=/schedule/; max-age=${age}; samesite=lax${secure}`;
    this.#page.documentElement.dataset['settings'] = this.#chosen.replaceAll('.', ' ');
    navigator.sendBeacon(this.#form.action, new FormData(this.#form));
  }

  #tell(undo: () => void): void {
    const place = this.#page.querySelector<HTMLElement>('#offer');
    const said = this.#page.querySelector<HTMLTemplateElement>('#offer-settings');
    if (place === null || said === null) return;
    place.dataset['says'] = 'settings';
    place.replaceChildren(said.content.cloneNode(true));
    place.querySelector('button')?.addEventListener('click', undo);
  }
}
