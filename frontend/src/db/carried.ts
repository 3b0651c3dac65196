import type { Carried } from '../contract/protocol';
import { FIRST_CARRIED, waiting, type Meta, type OutboxRow, type Writing } from './schema';

/** Adds those of `operations` that are not here, and answers with their ids: what other phones recorded at the end of the queue, this phone's own as its own. */
export async function carry(transaction: Writing, operations: readonly Carried[]): Promise<readonly string[]> {
  const { known, device, last, next } = await standing(transaction);
  const fresh = new Map(operations.filter(({ id }) => !known.has(id)).map((each) => [each.id, each]));
  let carried = next;
  const rows = [...fresh.values()].map((each) => (each.device === device ? ownAgain(each) : waiting(each, carried++)));
  const store = transaction.objectStore('operations');
  const highest = rows.reduce((top, { seq }) => (seq < FIRST_CARRIED ? Math.max(top, seq) : top), last);
  await Promise.all([
    ...rows.map((row) => store.add(row)),
    ...(highest > last ? [transaction.objectStore('meta').put(highest, 'seq')] : []),
  ]);
  return [...fresh.keys()];
}

function ownAgain({ device: _, ...operation }: Carried): OutboxRow {
  return waiting(operation, operation.seq);
}

interface Standing {
  readonly known: ReadonlySet<string>;
  readonly device: Meta[keyof Meta] | undefined;
  /** This phone's last own number. */
  readonly last: number;
  /** The next free place among what is carried. */
  readonly next: number;
}

async function standing(transaction: Writing): Promise<Standing> {
  const [meta, operations] = [transaction.objectStore('meta'), transaction.objectStore('operations')];
  const [device, last, keys, top] = await Promise.all([
    meta.get('device'),
    meta.get('seq'),
    operations.getAllKeys(),
    operations.index('seq').openKeyCursor(IDBKeyRange.lowerBound(FIRST_CARRIED), 'prev'),
  ]);
  const next = (top === null ? FIRST_CARRIED : top.key) + 1;
  return { known: new Set(keys), device, last: typeof last === 'number' ? last : 0, next };
}
