import type { Change, PageHeader } from '../contract/protocol';
import { readChange, readPageHeader } from './answers';
import type { Lines } from './server';

/** A page of changes, whole and in order. */
export interface Page {
  readonly kind: 'page';
  readonly header: PageHeader;
  readonly changes: readonly Change[];
}

export interface Wanted {
  readonly stream: string;
  readonly epoch: string;
  readonly after: number;
}

/** The page that was asked for; null when it is another one, or not whole. `progress` hears of each change. */
export async function readPage(
  { lines }: Lines,
  wanted: Wanted,
  progress: (header: PageHeader, done: number) => void,
): Promise<Page | null> {
  try {
    const first = await lines.next();
    const header = first.done ? null : readPageHeader(JSON.parse(first.value));
    if (header === null) return null;
    const changes: Change[] = [];
    for await (const line of lines) {
      if (line === '') continue;
      const change = readChange(JSON.parse(line));
      if (change === null) return null;
      progress(header, changes.push(change));
    }
    return belongs(header, wanted) && inOrder(header, changes) ? { kind: 'page', header, changes } : null;
  } catch {
    // Cut off in the middle, or not JSON: as good as no answer.
    return null;
  }
}

/** The position of its last change. */
export function lastOf({ header, changes }: Page): number {
  return changes.at(-1)?.seq ?? header.after;
}

function belongs(header: PageHeader, { stream, epoch, after }: Wanted): boolean {
  return header.stream === stream && header.epoch === epoch && header.after === after;
}

// A page that brings nothing and is not the last one would be asked for again for ever.
function inOrder(header: PageHeader, changes: readonly Change[]): boolean {
  if (changes.length === 0) return header.complete;
  let previous = header.after + 1;
  return changes.every(({ seq }) => {
    const follows = seq >= previous;
    previous = seq;
    return follows;
  });
}
