// Where nobody may store anything, reaching for the storage throws: then only the address knows.

/** Up to which release the changes of an event were read, by what its pages on this phone said, and by what the address says now. */
export function readUpTo(event: string, said: number): number {
  try {
    const release = Math.max(said, Number(localStorage.getItem(keyOf(event))));
    if (release > 0) localStorage.setItem(keyOf(event), String(release));
    return release;
  } catch {
    return said;
  }
}

/** Somebody wants to read them again. */
export function unread(event: string): void {
  try {
    localStorage.removeItem(keyOf(event));
  } catch {
    // nothing was kept
  }
}

function keyOf(event: string): string {
  return `eventsync-read ${event}`;
}
