import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { say } from '../words/words.svelte';

// `lost` may be a full disk: Chromium says of both UnknownError.
export type StorageTrouble = 'unavailable' | 'blocked' | 'full' | 'lost';

/** The phone could not keep something. Its message is for a person. */
export class StorageError extends Error {
  constructor(
    readonly trouble: StorageTrouble,
    cause?: unknown,
  ) {
    super(say(`storage.${trouble}`), { cause });
  }
}

/** Does what a person asked for. Resolves to null, or to a sentence saying why not: `work`'s own, or that of its failure. */
export async function attempt(work: () => Promise<string | null | void>): Promise<string | null> {
  try {
    const sentence = await work();
    return typeof sentence === 'string' ? sentence : null;
  } catch (error) {
    if (error instanceof StorageError) return error.message;
    console.error('what a person asked for failed', error);
    return say('storage.bug');
  }
}

const OPEN_TIMEOUT_MS = 8000;
// How browsers say that the connection died under us: iOS does so after a while in the background.
const LOST = new Set(['InvalidStateError', 'UnknownError', 'AbortError', 'TransactionInactiveError']);

/** One database, opened when first needed, and again when the browser lost it. */
export class Connection<Schema extends DBSchema> {
  #database: Promise<IDBPDatabase<Schema>> | null = null;
  #opened = false;

  constructor(
    readonly name: string,
    private readonly version: number,
    private readonly upgrade: (database: IDBPDatabase<Schema>) => void,
  ) {}

  /** Runs `work`, a whole transaction that is harmless when run twice: it is, once, when the connection was lost. */
  async use<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      if (!isLost(error)) throw asStorageError(error);
    }
    await this.close();
    try {
      return await work(await this.#open());
    } catch (error) {
      // Chromium with blocked cookies says the same as a lost connection; but what never opened was not lost.
      throw this.#opened || !isLost(error) ? asStorageError(error) : new StorageError('unavailable', error);
    }
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    await database?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    this.#database ??= this.#connect().catch((error: unknown) => {
      this.#database = null;
      throw error;
    });
    return this.#database;
  }

  async #connect(): Promise<IDBPDatabase<Schema>> {
    if (!globalThis.indexedDB) throw new StorageError('unavailable');
    const opening = openDB<Schema>(this.name, this.version, {
      upgrade: this.upgrade,
      // Another tab wants to upgrade or delete: get out of its way, and open again when next needed.
      blocking: () => void this.close(),
      terminated: () => (this.#database = null),
    });
    const database = await within(OPEN_TIMEOUT_MS, opening);
    this.#opened = true;
    return database;
  }
}

/** Undoes what a failed transaction has done so far. */
export function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // Already aborted by the browser: that is the failure being reported.
  }
}

async function within<T>(ms: number, opening: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StorageError('blocked')), ms);
  });
  return Promise.race([opening, expiry]).finally(() => clearTimeout(timer));
}

function isLost(error: unknown): boolean {
  return error instanceof DOMException && LOST.has(error.name);
}

function asStorageError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === 'QuotaExceededError') return new StorageError('full', error);
  if (isLost(error)) return new StorageError('lost', error);
  if (error.name === 'SecurityError' || error.name === 'NotAllowedError') return new StorageError('unavailable', error);
  return error;
}
