import { Speaker, type Said } from './speech';

/** The buttons by which somebody has an activity, or all that changed, read to them. Nothing is ever said by itself. */
export class Listening {
  readonly #page: Document;
  readonly #synthesis: SpeechSynthesis;
  readonly #speaker: Speaker;

  constructor(page: Document, synthesis: SpeechSynthesis) {
    this.#page = page;
    this.#synthesis = synthesis;
    this.#speaker = new Speaker(synthesis);
  }

  /** Voices may come later than the page: the buttons have their place from the beginning, so that nothing moves then. */
  start(): void {
    const made = this.#page.querySelector<HTMLTemplateElement>('#listen')?.content.firstElementChild;
    if (!made) return;
    for (const place of this.#page.querySelectorAll('.card .state, .changes > h2')) {
      const button = made.cloneNode(true) as HTMLButtonElement;
      if (place.matches('h2')) place.after(button);
      else place.append(button);
      this.#offer(button, place.closest('.card, .changes') as HTMLElement);
    }
    this.#look();
    this.#synthesis.addEventListener?.('voiceschanged', () => this.#look());
    addEventListener('pagehide', () => this.#speaker.stop());
  }

  #look(): void {
    const root = this.#page.documentElement;
    root.toggleAttribute('data-voice', this.#speaker.canSpeak(root.lang));
  }

  #offer(button: HTMLButtonElement, part: HTMLElement): void {
    const [listen, stop] = [button.textContent, button.dataset['stop'] ?? ''];
    const title = part.querySelector('h2, h3')?.textContent.trim() ?? '';
    const show = (word: string): void => {
      button.textContent = word;
      button.ariaLabel = `${word}: ${title}`;
    };
    show(listen);
    button.addEventListener('click', () => {
      if (button.textContent === stop) return this.#speaker.stop();
      this.#speaker.say(partsOf(part), () => show(listen));
      show(stop);
    });
  }
}

/** What is to be seen of it, block by block, each piece with its language. */
function partsOf(part: HTMLElement): Said[] {
  const parts: Said[] = [];
  const walker = part.ownerDocument.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  let last: Element | null = null;
  while (walker.nextNode()) {
    const [text, parent] = [walker.currentNode.textContent?.replace(/\s+/g, ' ') ?? '', walker.currentNode.parentElement];
    if (parent === null || parent.closest('a.button, button, summary') || parent.getClientRects().length === 0) continue;
    const block = parent.closest('h2, h3, p, div, li');
    const language = parent.closest<HTMLElement>('[lang]')?.lang ?? '';
    const before = parts.at(-1);
    if (before && block === last && before.language === language) parts[parts.length - 1] = { text: before.text + text, language };
    else parts.push({ text, language });
    last = block;
  }
  return parts.filter(({ text }) => text.trim() !== '');
}
