import { openDB, type DBSchema } from 'idb';
import { readDescribed, readToken } from '../../sync/answers';
import type { Telling } from './telling';

/** Where the server hears of this browser, by which key it sends, and which address it knows. */
interface Join {
  readonly path: string;
  readonly key: string;
  readonly endpoint: string;
}

interface Schema extends DBSchema {
  join: { key: 'join'; value: Join };
}

/** That this browser gets pushes, wherever its push service moves it: the server is told of a new address. */
export class Joined {
  constructor(
    private readonly registration: ServiceWorkerRegistration,
    private readonly telling: Telling,
    private readonly name = 'eventsync-joined',
  ) {}

  /** What a page told the server, and what that answered. */
  async remember(said: unknown): Promise<boolean> {
    const { path, key, endpoint, answer } = said as Omit<Join, 'endpoint'> & { readonly endpoint: string | null; readonly answer: unknown };
    const enrolled = await this.#enrolled(answer);
    if (enrolled && endpoint !== null) await this.#put({ path, key, endpoint });
    return enrolled;
  }

  /** Looks whether the address is still the one that the server knows; without one, asks the browser for a new one. */
  async check(): Promise<void> {
    const join = await this.#get();
    if (join === undefined || Notification.permission !== 'granted') return;
    const known = await this.registration.pushManager.getSubscription();
    const options = { userVisibleOnly: true, applicationServerKey: join.key };
    const now = known ?? (await this.registration.pushManager.subscribe(options).catch(() => null));
    if (now === null || now.endpoint === join.endpoint) return;
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(join.path, { method: 'POST', headers, body: JSON.stringify(now), redirect: 'error' }).catch(() => null);
    if (answer?.ok && (await this.#enrolled(await answer.json()))) await this.#put({ ...join, endpoint: now.endpoint });
  }

  async #enrolled(answer: unknown): Promise<boolean> {
    const [described, token] = [readDescribed(answer), readToken(answer)];
    if (described === null || token === null) return false;
    await this.telling.enrol({ ...described.description, token });
    return true;
  }

  async #get(): Promise<Join | undefined> {
    return this.#use((database) => database.get('join', 'join'));
  }

  async #put(join: Join): Promise<void> {
    await this.#use((database) => database.put('join', join, 'join'));
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
