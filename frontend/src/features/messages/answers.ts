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
      link.addEventListener('click', () => void this.worker.ask({ tell: { kind: 'notice.help', delivery: link.dataset['help'] } }));
    }
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
