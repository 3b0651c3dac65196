const CHOICE = 'eventsync-language';

/** What the phone is set to, best first: BCP 47 tags. */
export function preferredLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}

/** The language that a person chose here; null without a choice, or where the browser keeps nothing. */
export function keptLanguage(): string | null {
  try {
    return localStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

export function keepLanguage(code: string): void {
  try {
    localStorage.setItem(CHOICE, code);
  } catch {
    // Then it holds until the app is closed.
  }
}

/** Another tab of the app is told another language. */
export function onLanguageKept(listener: () => void): void {
  globalThis.window?.addEventListener('storage', ({ key }) => key === CHOICE && listener());
}

/** Tells the browser and screen readers what language the page is in. */
export function markPage(code: string, dir: 'ltr' | 'rtl', title: string): void {
  if (!globalThis.document) return;
  const { documentElement } = document;
  documentElement.lang = code;
  documentElement.dir = dir;
  document.title = title;
}
