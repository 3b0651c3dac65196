/** How the phone itself is; null where the browser does not say. */
export interface Vitals {
  /** Whether the browser promised not to evict what is stored. */
  readonly persisted: boolean | null;
  /** Percent. */
  readonly battery: number | null;
}

// Not in TypeScript's library, for only Chromium has it.
interface HasBattery {
  getBattery?(): Promise<{ readonly level: number }>;
}

const BATTERY_STEP = 5;

export async function vitals(): Promise<Vitals> {
  const [persisted, battery] = await Promise.all([persistence(), batteryLevel()]);
  return { persisted, battery };
}

async function persistence(): Promise<boolean | null> {
  return (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
}

/** In steps: nobody needs to hear of every percent. */
async function batteryLevel(): Promise<number | null> {
  const manager = await (navigator as HasBattery).getBattery?.().catch(() => null);
  return manager ? Math.round((manager.level * 100) / BATTERY_STEP) * BATTERY_STEP : null;
}
