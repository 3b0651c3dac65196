const PATIENCE_MS = 10_000;

/** The service worker as the page sees it: whether the app starts without a network, and whether a newer one waits. */
export class Worker {
  #ready = $state(false);
  #offer = $state<'ready' | 'slow' | null>(null);
  #slow?: ReturnType<typeof setTimeout>;
  #registration: ServiceWorkerRegistration | null = null;

  get ready(): boolean {
    return this.#ready;
  }

  /** Whether a newer version waits; slow: it was asked for, and does not come. */
  get offer(): 'ready' | 'slow' | null {
    return this.#offer;
  }

  async register(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    try {
      const registration = await navigator.serviceWorker.register('/sw.js', { scope: '/', updateViaCache: 'none' });
      this.#registration = registration;
      this.#watch(registration);
    } catch (error) {
      console.warn('the service worker was not registered', error);
    }
    void navigator.serviceWorker.ready.then(({ active }) => this.#hold(active));
  }

  // Families' pages may have brought the worker, without the app.
  #hold(worker: ServiceWorker | null): void {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => (this.#ready = data === true);
    worker?.postMessage('keep the app', [port2]);
  }

  /** Asks the server for a newer version; a waiting one is offered, never forced. */
  async look(): Promise<void> {
    await this.#registration?.update().catch(() => undefined);
  }

  /** Not now. It is offered again when the app is next opened, or when a still newer one comes. */
  later(): void {
    clearTimeout(this.#slow);
    this.#offer = null;
  }

  /** Takes the waiting version, then loads the page once. What was recorded is not touched. */
  update(): void {
    const waiting = this.#registration?.waiting;
    if (!waiting) return location.reload(); // another window took it
    // Not when the page's controller changes: on its first day a page has none.
    waiting.onstatechange = () => waiting.state === 'activated' && location.reload();
    waiting.postMessage('take over');
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => (this.#offer = 'slow'), PATIENCE_MS);
  }

  #watch(registration: ServiceWorkerRegistration): void {
    if (registration.waiting) this.#offer = 'ready';
    registration.addEventListener('updatefound', () => {
      const installing = registration.installing;
      installing?.addEventListener('statechange', () => {
        const replaces = installing.state === 'installed' && registration.active !== null;
        if (replaces) this.#offer = 'ready';
      });
    });
  }
}
