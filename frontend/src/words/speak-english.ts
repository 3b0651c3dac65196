// For tests: the words are there before anything is said.
import { en } from './en';
import { ENGLISH } from './languages';
import { words } from './words.svelte';

words.take(ENGLISH, en);
