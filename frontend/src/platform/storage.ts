/** Whether the browser promised not to evict what is stored; asks it to. False is common and no fault of anybody. */
export async function persistStorage(): Promise<boolean> {
  if (!('storage' in navigator) || !navigator.storage.persist) return false;
  return (await navigator.storage.persisted()) || (await navigator.storage.persist());
}
