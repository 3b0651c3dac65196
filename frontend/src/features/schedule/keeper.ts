/** Has the service worker keep all pages of the event. */
export class Keeper {
  readonly #copy: string;

  /** `copy`: the address of all pages at once. */
  constructor(copy: string) {
    this.#copy = copy;
  }

  /** Where there are no service workers, pages come from the network alone. */
  async start(): Promise<void> {
    await navigator.serviceWorker?.register('/sw.js', { scope: '/', updateViaCache: 'none' }).catch(() => undefined);
  }

  /** What the kept pages are whole without, pictures and the letters that this page had need of: each by itself. */
  async keepExtras(): Promise<void> {
    const store = await caches.open('eventsync-plans');
    const copy = await store.match(this.#copy);
    const { extras } = (await copy?.json()) as { readonly extras: readonly string[] };
    const letters = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.woff2'));
    for (const file of [...extras, ...letters]) {
      if ((await store.match(file)) === undefined) await store.add(file).catch(() => undefined);
    }
  }

  /** The release that is kept by now, the newest; null when it could not be asked for. */
  async keep(): Promise<number | null> {
    const registration = await navigator.serviceWorker?.getRegistration();
    if (registration === undefined) return null;
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<number | null>) => {
        port1.close();
        resolve(data);
      };
      active?.postMessage({ keep: this.#copy }, [port2]);
    });
  }
}
