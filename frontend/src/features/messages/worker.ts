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

  /** “I need help”: heard by the server, or kept on this phone until it can be; null where nobody can know. */
  async help(delivery: string): Promise<'heard' | 'kept' | null> {
    if (!this.isThere || (await navigator.serviceWorker.getRegistration()) === undefined) return null;
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      const end = (said: 'heard' | 'kept' | null): void => {
        port1.close();
        resolve(said);
      };
      port1.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data === 'kept') setTimeout(() => end('kept'), SOON_MS);
        else end(data === 'heard' ? 'heard' : data === true ? 'kept' : null); // true: of a worker from before
      };
      setTimeout(() => end(null), PATIENCE_MS);
      active?.postMessage({ tell: { kind: 'notice.help', delivery }, steps: true }, [port2]);
    });
  }
}
