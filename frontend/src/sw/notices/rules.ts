/** What a push tells, as the server made it (notifications/push/payload.py); `delivery`: null for a test. */
export interface Told {
  readonly notification: Note;
  readonly delivery: string | null;
  /** Of what is shown under one tag, the highest is the newest. */
  readonly version: number;
  /** Which life of the server's database it comes from: put back from a copy, it counts from there once more. */
  readonly life: string;
  /** Tags of which it says what is newest, too: one notice of several changes takes the place of those of each. */
  readonly also: readonly string[];
}

/** As `showNotification` takes it, with its title. */
export interface Note extends NotificationOptions {
  readonly title: string;
  readonly tag: string;
  readonly data: Read;
}

/** What a tap needs to know. */
export interface Read {
  readonly delivery: string | null;
  readonly navigate: string;
  readonly help: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Whatever came is shown, if it is only that there is something: a push that shows nothing costs the right to show any. */
export function notificationOf(body: string): Told {
  const said = fields(parsed(body)['notification']);
  const data = fields(said['data']);
  const actions = Array.isArray(said['actions']) ? said['actions'].map(fields) : [];
  const [delivery, navigate] = [textOr(data['delivery'], null), textOr(said['navigate'], '/')];
  const help = textOr(actions.find(({ action }) => action === 'help')?.['navigate'], navigate);
  return {
    delivery,
    version: typeof data['version'] === 'number' ? data['version'] : 0,
    life: textOr(data['life'], ''),
    also: Array.isArray(data['also']) ? data['also'].filter((each) => typeof each === 'string') : [],
    notification: {
      title: textOr(said['title'], 'EventSync'),
      body: textOr(said['body'], ''),
      lang: textOr(said['lang'], 'en'),
      dir: said['dir'] === 'rtl' ? 'rtl' : 'ltr',
      tag: textOr(said['tag'], 'plan'),
      silent: said['silent'] !== false,
      requireInteraction: said['requireInteraction'] === true,
      icon: '/static/icons/icon-192.png',
      ...buttons(actions),
      data: { delivery, navigate, help },
    },
  };
}

// Not in TypeScript's library: some browsers have no buttons.
function buttons(actions: readonly Fields[]): NotificationOptions {
  const shown = actions.map(({ action, title }) => ({ action: textOr(action, ''), title: textOr(title, '') }));
  return (shown.length > 0 ? { actions: shown } : {}) as NotificationOptions;
}

/** What a tap says to the server, and which page it opens; null: none. */
export function answerOf(action: string, data: Read): { said: string; delivery: string | null; open: string | null } {
  const { delivery, navigate, help } = data;
  if (action === 'read') return { said: 'notice.read', delivery, open: null };
  if (action === 'help') return { said: 'notice.help', delivery, open: help };
  return { said: 'notice.opened', delivery, open: navigate };
}

function parsed(body: string): Fields {
  try {
    return fields(JSON.parse(body));
  } catch {
    return {};
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOr<Other>(value: unknown, otherwise: Other): string | Other {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
