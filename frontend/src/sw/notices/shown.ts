import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Told } from './rules';

interface Schema extends DBSchema {
  newest: { key: string; value: Told };
}

/** Itself, or what was newer already; whether it is news; and the tags under which what is on the screen is over now. */
interface Newest {
  readonly told: Told;
  readonly isNews: boolean;
  readonly over: readonly string[];
}

const isNewer = (told: Told, known: Told | undefined): boolean => known?.life !== told.life || told.version > known.version;

/** What was shown last under each tag: pushes may come late, twice, and in any order. */
export class Shown {
  #database: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly name = 'eventsync-notices') {}

  /** What is to be shown now that this came. */
  async newest(told: Told): Promise<Newest> {
    try {
      return await this.#decide(told);
    } catch {
      return { told, isNews: true, over: told.also }; // nothing can be kept here: it is shown all the same
    }
  }

  async #decide(told: Told): Promise<Newest> {
    const database = await (this.#database ??= this.#open());
    const transaction = database.transaction('newest', 'readwrite');
    const { store } = transaction;
    const tag = told.notification.tag;
    const known = await store.get(tag);
    const isNews = told.delivery === null || isNewer(told, known);
    const over: string[] = [];
    if (isNews) {
      await store.put(told, tag);
      for (const each of told.also) {
        if (!isNewer(told, await store.get(each))) continue;
        await store.put(told, each);
        over.push(each);
      }
    }
    await transaction.done;
    return { told: isNews || known === undefined ? told : known, isNews, over };
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
