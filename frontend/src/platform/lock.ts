/** Runs `task` unless another tab is running one of that name; then null. */
export type Exclusively = <T>(name: string, task: () => Promise<T>) => Promise<T | null>;

/** By Web Locks; a browser without them has no second tab worth fearing, for the server deduplicates. */
export const exclusively: Exclusively = async (name, task) => {
  if (!('locks' in navigator)) return task();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? null : task()));
};
