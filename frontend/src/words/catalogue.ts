import type { English } from './en';

/** One text for each way in which a language counts; `other` is also that of a category which a text does not name. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };
export type Message = string | Forms;

/** The texts of one language. */
export type Catalogue = Readonly<Record<string, Message>>;

export type Key = keyof English;

type Named<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;
type Slots<M> = M extends { readonly other: infer Text } ? Named<Text> | 'count' : Named<M>;

/** What the text of a key has to be told: `count` decides the form of a text that counts. */
export type Values<K extends Key> = { readonly [Name in Slots<English[K]>]: Name extends 'count' ? number : string | number };
export type Told<K extends Key> = [Slots<English[K]>] extends [never] ? [] : [Values<K>];
