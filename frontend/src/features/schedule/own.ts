const STORE = 'eventsync-plans';
const MARK = 'EventSync-Plan';
const OWN = /^\/schedule\/[^/]+\/mine\/[^/]+\/copy\.json$/;

/** Keeps a family's own days, which only its own phone may read; the worker answers from here without a network. */
export class Own {
  /** The newest of what is kept, and what is at this address beside it; false when that is not for this phone any more. */
  async keep(address: string | undefined): Promise<boolean> {
    if (!('caches' in window)) return true;
    const addresses = new Set(await this.#kept());
    if (address !== undefined) addresses.add(new URL(address, location.origin).href);
    const answers = await Promise.all([...addresses].map(async (each) => [each, await this.#bring(each)] as const));
    return !answers.some(([each, isOurs]) => !isOurs && address !== undefined && each.endsWith(address));
  }

  /** Where each day that is kept begins, and what it is called. */
  async days(): Promise<{ start: string; name: string }[]> {
    const store = await caches.open(STORE);
    const found = new Map<string, string>();
    for (const address of await this.#kept()) {
      const { start, name } = (await (await store.match(address))?.json()) as { start: string; name?: string };
      if (name !== undefined) found.set(start, name); // messages are nobody's day
    }
    return [...found].map(([start, name]) => ({ start, name }));
  }

  async #kept(): Promise<string[]> {
    const all = await (await caches.open(STORE)).keys();
    return all.map(({ url }) => url).filter((url) => OWN.test(new URL(url).pathname));
  }

  // A captive portal's answer lacks our mark: it takes nothing away, and nothing is taken from it.
  async #bring(address: string): Promise<boolean> {
    const store = await caches.open(STORE);
    const etag = (await store.match(address))?.headers.get('ETag') ?? '';
    const answer = await fetch(address, { headers: { 'If-None-Match': etag }, redirect: 'error' }).catch(() => null);
    if (!answer?.headers.has(MARK)) return true;
    if (answer.ok) await store.put(address, answer);
    if (answer.status === 404) await store.delete(address);
    return answer.status !== 404;
  }
}
