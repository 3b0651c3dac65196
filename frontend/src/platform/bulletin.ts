/** What changed in storage. Says where to look, carries no data: whoever hears it reads again. */
export type News =
  | { readonly topic: 'outbox'; readonly ids: readonly string[] | 'all' }
  | { readonly topic: 'records'; readonly stream: string; readonly buckets: readonly number[] | 'all' }
  | { readonly topic: 'session' };

/** Tells this tab at once, and every other tab of the app. */
export class Bulletin {
  #channel: BroadcastChannel;
  #listeners = new Set<(news: News) => void>();

  constructor(name = 'eventsync') {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (message: MessageEvent<News>) => this.#tell(message.data);
  }

  post(news: News): void {
    this.#tell(news);
    this.tellOthers(news);
  }

  /** For what this tab knows already. */
  tellOthers(news: News): void {
    this.#channel.postMessage(news);
  }

  listen(listener: (news: News) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#channel.close();
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }
}
