const PATIENCE_MS = 8_000;

/** The service worker of the origin, asked one thing at a time. */
export class Worker {
  readonly isThere = 'serviceWorker' in navigator;

  /** Once there is one. */
  async registration(): Promise<ServiceWorkerRegistration> {
    await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
    return navigator.serviceWorker.ready;
  }

  /** True when it has done it; false when it cannot, or says nothing for long. */
  async ask(what: Readonly<Record<string, unknown>>): Promise<boolean> {
    if (!this.isThere || (await navigator.serviceWorker.getRegistration()) === undefined) return false;
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      const answer = (done: boolean): void => {
        port1.close();
        resolve(done);
      };
      port1.onmessage = ({ data }: MessageEvent<unknown>) => answer(data === true);
      setTimeout(() => answer(false), PATIENCE_MS);
      active?.postMessage(what, [port2]);
    });
  }
}
