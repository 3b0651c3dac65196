import type { Worker } from './worker';

/** “I have read this” and “I need help”, kept by the phone until the server has it; the forms themselves where it cannot. */
export class Answers {
  constructor(
    private readonly page: Document,
    private readonly worker: Worker,
  ) {}

  start(): void {
    for (const form of this.page.querySelectorAll<HTMLFormElement>('form[data-delivery]')) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.#read(form);
      });
    }
    for (const link of this.page.querySelectorAll<HTMLAnchorElement>('a[data-help]')) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        void this.#help(link);
      });
    }
  }

  // The help page says what became of it, where its address asks for that (templates/schedule/help.html).
  async #help(link: HTMLAnchorElement): Promise<void> {
    const said = await this.worker.help(link.dataset['help'] ?? '').catch(() => null);
    location.assign(said === null ? link.href : `${link.href}#${said}`);
  }

  async #read(form: HTMLFormElement): Promise<void> {
    const delivery = form.dataset['delivery'];
    if (!(await this.worker.ask({ tell: { kind: 'notice.read', delivery } }))) return form.submit();
    const said = form.nextElementSibling as HTMLElement;
    form.hidden = true;
    said.hidden = false;
    said.tabIndex = -1;
    said.focus();
  }
}
