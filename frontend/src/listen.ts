import { Listening } from './features/schedule/listening';

// After schedule.ts, which puts what is now and next on a kept page: that can be listened to as well.
if ('speechSynthesis' in window) new Listening(document, speechSynthesis).start();
