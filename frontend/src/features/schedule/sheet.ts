import { dayIn } from '../../rules/day';
import { present, type Item, type Present } from './present';

const SHOWN = 5;

/** The page as the server made it: its day's activities, and where it says what is now and next. */
export class Sheet {
  readonly #page: Document;
  readonly #items: readonly Item[];

  constructor(page: Document) {
    this.#page = page;
    this.#items = [...page.querySelectorAll('.day > li[id]')].flatMap(itemOf);
  }

  get present(): HTMLElement | null {
    return this.#page.querySelector<HTMLElement>('#present');
  }

  at(now: number): Present {
    return present(this.#items, now);
  }

  /** A page that this phone kept: what is now and next is for the phone to find, if the day is today. */
  showPresent(now: number): void {
    const part = this.present;
    if (part === null || !this.isOf(now)) return;
    const found = this.at(now);
    this.#fill('now', found.now);
    this.#fill('next', found.next);
    part.hidden = false;
  }

  /** Whether it is the page of the day that it is now where the event is. */
  isOf(now: number): boolean {
    const { day, tz } = this.present?.dataset ?? {};
    return day !== undefined && tz !== undefined && dayIn(tz, now) === day;
  }

  /** A kept page of today is also that of the plan: which choice it is depends on the address. */
  markHere(path: string): void {
    for (const choice of this.#page.querySelectorAll<HTMLAnchorElement>('.choices a')) {
      if (choice.pathname === path) choice.setAttribute('aria-current', 'page');
    }
  }

  /** For somebody who has read of all that changed, where the address does not say so. */
  hideChanges(): void {
    const changes = this.#page.querySelector<HTMLElement>('.changes');
    const read = this.#page.querySelector<HTMLElement>('.read');
    if (changes === null || read === null) return;
    changes.hidden = true;
    read.hidden = false;
  }

  /** Where to choose one's own day: those that this phone kept. */
  showDays(days: readonly { start: string; name: string }[]): void {
    const place = this.#page.querySelector('#days');
    if (place === null || days.length === 0) return;
    const query = location.search;
    place.replaceChildren(
      ...days.map(({ start, name }) => {
        const link = this.#page.createElement('a');
        link.className = 'button';
        link.href = start + query;
        link.textContent = name;
        return link;
      }),
    );
  }

  /** Says it where screen readers hear it, beside everything else: nothing on the page moves. */
  offer(what: 'plan' | 'online' | 'later'): void {
    const place = this.#page.querySelector<HTMLElement>('#offer');
    const said = this.#page.querySelector<HTMLTemplateElement>(`#offer-${what}`);
    if (place === null || said === null || ['plan', what].includes(place.dataset['says'] ?? '')) return;
    place.dataset['says'] = what;
    place.replaceChildren(said.content.cloneNode(true));
  }

  #fill(part: 'now' | 'next', ids: readonly string[]): void {
    const section = this.#page.querySelector(`.present[aria-labelledby="${part}"]`);
    const nothing = section?.querySelector('p');
    if (!nothing || ids.length === 0) return;
    const list = this.#page.createElement('ul');
    list.append(...ids.slice(0, SHOWN).map((id) => this.#short(id)));
    nothing.replaceWith(list);
  }

  // The card without its details, and without what only one of a page may have.
  #short(id: string): HTMLElement {
    const line = this.#page.createElement('li');
    const card = this.#page.getElementById(id)?.querySelector('.card')?.cloneNode(true) as HTMLElement;
    for (const rest of card.querySelectorAll('details, .like, .note, .old, :scope > p:not(.state, .meaning)')) rest.remove();
    line.append(card);
    return line;
  }
}

// The first two times of a card are those at which it is to happen.
function itemOf(line: Element): Item[] {
  const [start, end] = [...line.querySelectorAll('time')].map((each) => Date.parse(each.dateTime));
  if (start === undefined || end === undefined) return [];
  const cancelled = line.querySelector('.card.is-cancelled') !== null;
  return [{ id: line.id, start, end, cancelled }];
}
