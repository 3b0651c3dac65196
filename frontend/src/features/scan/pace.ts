/** Ten pictures a second; three when there was no code for a while. */
const PACE_MS = 100;
const IDLE_PACE_MS = 333;
const IDLE_AFTER_MS = 30_000;

/**
 * How long to rest after a picture that took `spent`, ms, when the last code was seen `idle` ms ago: at least as long as the
 * work took, so that a slow phone stays usable, and cool.
 */
export function rest({ spent, idle }: { readonly spent: number; readonly idle: number }): number {
  return Math.max((idle > IDLE_AFTER_MS ? IDLE_PACE_MS : PACE_MS) - spent, spent);
}
