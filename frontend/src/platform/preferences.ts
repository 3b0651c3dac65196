const KEY = 'eventsync-settings';

/** What `keep` was given last, on this phone; {} when there is nothing, or nothing that can be read. */
export function kept(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A browser that keeps nothing forgets it with the page: no reason to bother anybody. */
export function keep(value: object): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch (error) {
    console.warn('settings were not kept', error);
  }
}
