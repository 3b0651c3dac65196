import { expect, test } from 'vitest';
import { answerOf, notificationOf } from './rules';

const PUSH = {
  web_push: 8030,
  notification: {
    title: 'Swim: another place',
    body: 'Saturday 4 July, 3 pm.',
    navigate: 'https://games.example/schedule/games/mine/messages/?lang=ar',
    lang: 'ar',
    dir: 'rtl',
    tag: 'plan:swim',
    silent: false,
    data: { delivery: 'one', version: 4, also: ['plan:relay', 5] },
    actions: [
      { action: 'read', title: 'I have read this', navigate: 'https://games.example/read' },
      { action: 'help', title: 'I need help', navigate: 'https://games.example/help' },
    ],
  },
};

test('a push is shown as it says, with its answers', () => {
  const { notification, delivery, version, also } = notificationOf(JSON.stringify(PUSH));
  expect([delivery, version, also]).toEqual(['one', 4, ['plan:relay']]);
  expect(notification).toMatchObject({ title: 'Swim: another place', lang: 'ar', dir: 'rtl', tag: 'plan:swim', silent: false });
  expect((notification as { actions?: unknown }).actions).toEqual([
    { action: 'read', title: 'I have read this' },
    { action: 'help', title: 'I need help' },
  ]);
  expect(notification.data).toEqual({ delivery: 'one', navigate: PUSH.notification.navigate, help: 'https://games.example/help' });
});

test.each(['', 'no json', 'null', '[]', '5', '{}', '{"notification": 5}', '{"notification": {"title": 5, "actions": [null, 5]}}'])(
  'whatever comes, something is shown, without a sound: %s',
  (body) => {
    const { notification, delivery, version } = notificationOf(body);
    expect(notification).toMatchObject({ title: 'EventSync', body: '', lang: 'en', dir: 'ltr', tag: 'plan', silent: true });
    expect([delivery, version]).toEqual([null, 0]);
  },
);

test('what a tap says, and where it leads', () => {
  const data = { delivery: 'one', navigate: '/messages', help: '/help' };
  expect(answerOf('', data)).toEqual({ said: 'notice.opened', delivery: 'one', open: '/messages' });
  expect(answerOf('read', data)).toEqual({ said: 'notice.read', delivery: 'one', open: null });
  expect(answerOf('help', data)).toEqual({ said: 'notice.help', delivery: 'one', open: '/help' });
});
