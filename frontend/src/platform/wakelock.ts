/** Keeps the screen on until the returned function is called. A browser that cannot, or a low battery, is no reason to stop. */
export async function keepAwake(): Promise<() => void> {
  const lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
  return () => void lock?.release();
}
