/** The words of the page. `messages/en.json` says which there are; a test holds the other languages to it. */
import en from "$messages/en.json";
import zhTW from "$messages/zh-TW.json";

export const languages = { en: "English", "zh-TW": "繁體中文" } as const;
export type Language = keyof typeof languages;
export type MessageKey = keyof typeof en;

const messages: Record<Language, Record<MessageKey, string>> = { en, "zh-TW": zhTW };
const STORED_AS = "mentora.locale";

let current = $state<Language>(preferred());

export function language(): Language {
  return current;
}

export function speak(chosen: Language): void {
  current = chosen;
  localStorage.setItem(STORED_AS, chosen);
  document.documentElement.lang = chosen;
}

/** The message in the reader's language, `{name}` replaced by `values.name`. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return messages[current][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function isMessage(key: string): key is MessageKey {
  return key in en;
}

export function day(millis: number): string {
  return new Intl.DateTimeFormat(current, { dateStyle: "medium" }).format(millis);
}

export function moment(millis: number): string {
  return new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(millis);
}

/** A time of today. */
export function clock(millis: number): string {
  return new Intl.DateTimeFormat(current, { timeStyle: "short" }).format(millis);
}

/** One credit is one US dollar; a turn costs fractions of a cent. */
export function credits(micros: number, digits = 2): string {
  const format = { style: "currency", currency: "USD", maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(current, format).format(micros / 1_000_000);
}

function preferred(): Language {
  const stored = globalThis.localStorage?.getItem(STORED_AS);
  if (stored && stored in languages) return stored as Language;
  const chinese = globalThis.navigator?.languages?.some((tag) => /^zh\b/i.test(tag));
  return chinese && !/^en\b/i.test(navigator.language) ? "zh-TW" : "en";
}
