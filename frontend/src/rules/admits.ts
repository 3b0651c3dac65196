// Twin of checkin/rules.py: objections, bound by tests/contract/vectors/admits.json.

import { searchKey } from './search';

/** Who may enter a checkpoint; a list that is not there asks for nothing. */
export interface Admits {
  readonly roles?: readonly string[];
  readonly delegations?: readonly string[];
}

export interface Guest {
  readonly standing: string;
  readonly role: string;
  readonly delegation: string;
}

/** What speaks against letting somebody in: flags of an arrival, and reasons of a refusal. */
export function objections(admits: Admits, { standing, role, delegation }: Guest): string[] {
  const barred = asksFor(admits.roles, role) && asksFor(admits.delegations, delegation) ? [] : ['not_admitted'];
  return standing === 'expected' ? barred : [standing, ...barred];
}

function asksFor(wanted: readonly string[] | undefined, text: string): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.some((each) => alike(each) === alike(text));
}

// Lists are typed by people: neither case nor accents matter. Few words, of many people.
const keys = new Map<string, string>();

function alike(text: string): string {
  let key = keys.get(text);
  if (key === undefined) keys.set(text, (key = searchKey(text) || text));
  return key;
}
