/**
 * Keeps the screen on until the returned function is called. Browsers let go of it when the page is hidden, so it is asked
 * for again. A browser that cannot, or a low battery, is no reason to stop.
 */
export async function keepAwake(): Promise<() => void> {
  let lock: WakeLockSentinel | undefined;
  let wanted = true;
  const held = (): boolean => lock !== undefined && !lock.released;
  async function take(): Promise<void> {
    if (document.visibilityState !== 'visible' || held()) return;
    const taken = await navigator.wakeLock?.request('screen').catch(() => undefined);
    if (wanted && !held()) lock = taken;
    else void taken?.release();
  }
  const shown = (): void => void take();
  document.addEventListener('visibilitychange', shown);
  await take();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', shown);
    void lock?.release();
  };
}
