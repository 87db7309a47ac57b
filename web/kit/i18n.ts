import { computed, type WritableComputedRef } from "vue";
import { createI18n, useI18n } from "vue-i18n";

/**
 * Two languages. The Chinese table is the schema: a key it has and English lacks, or the reverse, does not compile,
 * and neither does asking for a key that is in no table.
 */

export type Language = "zh-CN" | "en";
export interface Texts {
  readonly [key: string]: string | Texts;
}
export type Translated<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translated<T[K]> };

type Leaf<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaf<T[K]>}` }[keyof T & string];
export type TextKey<T> = Leaf<T>;
export type Facts = Readonly<Record<string, string | number>>;

const REMEMBERED = "dianshu.language";

/** Where this page remembers its language; one that remembers none of its own speaks the till's. */
let remembered = REMEMBERED;

function firstLanguage(): Language {
  const told = localStorage.getItem(remembered) ?? localStorage.getItem(REMEMBERED);
  const asked = new URLSearchParams(location.search).get("lang") ?? told ?? "zh-CN";
  return asked.startsWith("en") ? "en" : "zh-CN";
}

/** A part of a page that is loaded later brings its own two tables; call it in the part's setup. */
export function addTexts<Schema extends Texts>(zh: Schema, en: Translated<Schema>): void {
  const { mergeLocaleMessage } = useI18n({ useScope: "global" });
  mergeLocaleMessage("zh-CN", zh);
  mergeLocaleMessage("en", en as Texts);
}

/** The vue-i18n plugin for one page's two tables. */
export function createTexts<Schema extends Texts>(zh: Schema, en: Translated<Schema>, remember = REMEMBERED) {
  remembered = remember;
  const language = firstLanguage();
  document.documentElement.lang = language;
  const messages = { "zh-CN": zh, en } as unknown as Record<Language, Record<string, string>>;
  return createI18n<[Record<string, string>], Language, false>({
    legacy: false,
    locale: language,
    fallbackLocale: "zh-CN",
    messages,
    missingWarn: false,
    fallbackWarn: false,
  });
}

export interface Translator<T> {
  t(key: TextKey<T>, facts?: Facts): string;
  /** A key made at run time (a refusal's code): its text if there is one. */
  find(key: string, facts?: Facts): string | null;
  language: WritableComputedRef<Language>;
}

/** `useT<typeof zh>()` inside a component: a translator that knows the page's keys. */
export function useT<T>(): Translator<T> {
  const i18n = useI18n<[Record<string, string>], Language>({ useScope: "global" });
  // A text for one and for many, "{n} item | {n} items", is chosen by the fact n.
  const say = (key: string, facts: Facts = {}): string =>
    typeof facts.n === "number" ? i18n.t(key, { ...facts }, facts.n) : i18n.t(key, { ...facts });
  return {
    t: say,
    find: (key, facts) => (i18n.te(key) || i18n.te(key, "zh-CN") ? say(key, facts) : null),
    language: computed({
      get: () => i18n.locale.value as Language,
      set: (language) => {
        i18n.locale.value = language;
        localStorage.setItem(remembered, language);
        document.documentElement.lang = language;
      },
    }),
  };
}
