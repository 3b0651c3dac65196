import { app } from './app';
import { door } from './door';
import { groups } from './groups';
import { handover } from './handover';
import { kiosk } from './kiosk';
import { kinds } from './kinds';
import { lead } from './lead';
import { phone } from './phone';
import { sent } from './sent';
import { trouble } from './trouble';

/** Every text of the app; `{name}` is a slot. A text with forms counts by its `count`. */
export const en = { ...app, ...door, ...groups, ...handover, ...kinds, ...kiosk, ...lead, ...phone, ...sent, ...trouble } as const;

export type English = typeof en;
