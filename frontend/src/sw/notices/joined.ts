import { openDB, type DBSchema } from 'idb';
import { readDescribed, readToken } from '../../sync/answers';
import type { Telling } from './telling';

/** Where the server hears of this browser, by which key it sends, and which address it knows. */
interface Join {
  readonly path: string;
  readonly key: string;
  readonly endpoint: string;
}

/** Messages for families, which answer in the name of this phone, and alerts for whoever of the staff signed in here. */
type For = 'join' | 'staff';

interface Schema extends DBSchema {
  join: { key: For; value: Join };
}

/** That this browser gets pushes, wherever its push service moves it: the server is told of a new address. */
export class Joined {
  #looked: Promise<void> | undefined;

  constructor(
    private readonly registration: ServiceWorkerRegistration,
    private readonly telling: Telling,
    private readonly name = 'eventsync-joined',
  ) {}

  /** What a page told the server, and what that answered; null: to a page for staff. */
  async remember(said: unknown): Promise<boolean> {
    const { path, key, endpoint, answer } = said as Omit<Join, 'endpoint'> & { readonly endpoint: string | null; readonly answer: unknown };
    const known = answer === null || (await this.#enrolled(answer));
    if (known && endpoint !== null) await this.#put(answer === null ? 'staff' : 'join', { path, key, endpoint });
    return known;
  }

  /** Once in the life of a worker, when a page of any kind is opened. */
  checkOnce(): Promise<void> {
    return (this.#looked ??= this.check().catch(() => undefined));
  }

  /** Looks whether the address is still the one that the server knows; without one, asks the browser for a new one. */
  async check(): Promise<void> {
    for (const whose of ['join', 'staff'] as const) {
      const join = await this.#get(whose);
      if (join !== undefined && Notification.permission === 'granted') await this.#follow(whose, join);
    }
  }

  async #follow(whose: For, join: Join): Promise<void> {
    const known = await this.registration.pushManager.getSubscription();
    const options = { userVisibleOnly: true, applicationServerKey: join.key };
    const now = known ?? (await this.registration.pushManager.subscribe(options).catch(() => null));
    if (now === null || now.endpoint === join.endpoint) return;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ ...now.toJSON(), was: join.endpoint });
    const answer = await fetch(join.path, { method: 'POST', headers, body, redirect: 'error' }).catch(() => null);
    if (answer?.status === 403) await this.#use((database) => database.delete('join', whose)); // they have stopped it
    if (!answer?.ok) return;
    if (answer.status === 204 || (await this.#enrolled(await answer.json()))) await this.#put(whose, { ...join, endpoint: now.endpoint });
  }

  async #enrolled(answer: unknown): Promise<boolean> {
    const [described, token] = [readDescribed(answer), readToken(answer)];
    if (described === null || token === null) return false;
    await this.telling.enrol({ ...described.description, token });
    return true;
  }

  async #get(whose: For): Promise<Join | undefined> {
    return this.#use((database) => database.get('join', whose));
  }

  async #put(whose: For, join: Join): Promise<void> {
    await this.#use((database) => database.put('join', join, whose));
  }

  async #use<T>(work: (database: Awaited<ReturnType<typeof openJoin>>) => Promise<T>): Promise<T> {
    const database = await openJoin(this.name);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }
}

function openJoin(name: string) {
  return openDB<Schema>(name, 1, { upgrade: (database) => void database.createObjectStore('join') });
}
