import { Answers } from './features/messages/answers';
import { Subscribing } from './features/messages/subscribing';
import { Worker } from './features/messages/worker';

// The page of messages is whole without this. With it the phone shows messages itself, and takes answers without a network.
const worker = new Worker();
new Answers(document, worker).start();
const place = document.querySelector<HTMLElement>('#phone');
if (place !== null) void new Subscribing(place, worker).start();
