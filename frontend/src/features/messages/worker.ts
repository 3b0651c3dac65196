const PATIENCE_MS = 8_000;
/** Whoever needs help waits no longer to hear whether somebody knows. */
const SOON_MS = 2_000;

/** The service worker of the origin, asked one thing at a time. */
export class Worker {
  readonly isThere = 'serviceWorker' in navigator;

  /** Once there is one. */
  async registration(): Promise<ServiceWorkerRegistration> {
    await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
    return navigator.serviceWorker.ready;
  }

  /** True when it has done it; false when it cannot, or says nothing for long. */
  ask(what: Readonly<Record<string, unknown>>): Promise<boolean> {
    return this.#exchange(what, false, (said, end) => end(said === true));
  }

  /** “I need help”: heard by the server, or kept on this phone until it can be; null where nobody can know. */
  help(delivery: string): Promise<'heard' | 'kept' | null> {
    return this.#exchange<'heard' | 'kept' | null>({ tell: { kind: 'notice.help', delivery }, steps: true }, null, (said, end) => {
      if (said === 'kept') setTimeout(() => end(said), SOON_MS);
      else end(said === 'heard' ? said : said === true ? 'kept' : null); // true: of a worker from before
    });
  }

  /** `none`: where there is no worker, or it says nothing for long. */
  async #exchange<Answer>(what: object, none: Answer, hear: (said: unknown, end: (answer: Answer) => void) => void): Promise<Answer> {
    if (!this.isThere || (await navigator.serviceWorker.getRegistration()) === undefined) return none;
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      const end = (answer: Answer): void => {
        port1.close();
        resolve(answer);
      };
      port1.onmessage = ({ data }: MessageEvent<unknown>) => hear(data, end);
      setTimeout(() => end(none), PATIENCE_MS);
      active?.postMessage(what, [port2]);
    });
  }
}
