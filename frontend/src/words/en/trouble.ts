/** What stood in the way, in the middle of a sentence or as one. */
export const trouble = {
  'storage.unavailable': 'This browser does not let EventSync store anything. Leave private browsing, or allow site data.',
  'storage.blocked': 'Another tab holds an older EventSync open. Close the other tabs.',
  'storage.full': 'This phone is full. Delete some photos or apps, then try again.',
  'storage.lost': 'This phone could not store it. It may be full: free some space. If that does not help, reload the page.',
  'storage.bug': 'That was not saved. Please try again.',
  'storage.not_stored': 'This phone could not store it.',

  'trouble.switched_off': 'this phone is switched off',
  'trouble.other_use': 'an organiser changed what this phone is for, and it has no door list now',
  'trouble.no_connection': 'no connection',
  'trouble.timeout': 'no answer within {seconds} seconds',
  'trouble.no_server': 'no EventSync server answered (status {status})',
  'trouble.web_page': 'a web page answered instead of the server',
  'trouble.status': 'the server answered with status {status}',
  'trouble.nonsense': 'the server gave an answer that makes no sense',
  'trouble.cut_short': 'the answer was cut short',

  'refusal.malformed': 'the server could not read it',
  'refusal.forbidden': 'this phone may not do that',
  'refusal.not_found': 'the server does not have it any more',
  'refusal.version_conflict': 'somebody else changed it meanwhile',
  'refusal.too_large': 'it is too large for the server',
  'refusal.upgrade_required': 'the server needs a newer version of this app',
  'refusal.slow_down': 'the server is busy and asks this phone to wait',
  'refusal.unavailable': 'the server is not available just now',
} as const;
