/** A kiosk: what people read who check themselves in. */
export const kiosk = {
  'kiosk.hold': 'Hold your code here',
  'kiosk.hold_help': 'The code on your wristband or ticket, before the reader or the camera.',
  'kiosk.welcome': 'Welcome, {name}',
  'kiosk.already': 'You are already in',
  'kiosk.already_here': 'You have been here already',
  'kiosk.volunteer': 'Please see a volunteer',
  'kiosk.volunteer_help': 'Somebody nearby will help you.',
} as const;
