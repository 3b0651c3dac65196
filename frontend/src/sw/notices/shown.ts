import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Told } from './rules';

interface Schema extends DBSchema {
  newest: { key: string; value: Told };
}

/** What was shown last under each tag: pushes may come late, twice, and in any order. */
export class Shown {
  #database: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly name = 'eventsync-notices') {}

  /** What is to be shown now that this came: itself, or what was newer already; and whether it is news. */
  async newest(told: Told): Promise<{ readonly told: Told; readonly isNews: boolean }> {
    try {
      return await this.#decide(told);
    } catch {
      return { told, isNews: true }; // nothing can be kept here: it is shown all the same
    }
  }

  async #decide(told: Told): Promise<{ readonly told: Told; readonly isNews: boolean }> {
    const database = await (this.#database ??= this.#open());
    const transaction = database.transaction('newest', 'readwrite');
    const tag = told.notification.tag;
    const known = await transaction.store.get(tag);
    const isNews = told.delivery === null || known === undefined || told.version > known.version;
    if (isNews) await transaction.store.put(told, tag);
    await transaction.done;
    return { told: isNews ? told : known, isNews };
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const forget = (): void => void (this.#database = null);
    const opening = openDB<Schema>(this.name, 1, {
      upgrade: (database) => void database.createObjectStore('newest'),
      terminated: forget,
    });
    opening.catch(forget);
    return opening;
  }
}
