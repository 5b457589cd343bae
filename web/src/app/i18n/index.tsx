import { createContext, type ReactNode, use, useEffect } from "react";

import { en, type Messages } from "./en";

interface Language {
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
  readonly messages: Messages;
}

const languages: readonly [Language, ...Language[]] = [
  { tag: "en", direction: "ltr", messages: en },
];

function preferredLanguage(wanted: readonly string[]): Language {
  const match = wanted.map((tag) => languages.find((l) => tag.toLowerCase().startsWith(l.tag)));
  return match.find((language) => language !== undefined) ?? languages[0];
}

const LanguageContext = createContext<Language>(languages[0]);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const language = preferredLanguage(navigator.languages);
  useEffect(() => {
    document.documentElement.lang = language.tag;
    document.documentElement.dir = language.direction;
  }, [language]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

/** The sentences of the reader's language. */
export function useText(): Messages {
  return use(LanguageContext).messages;
}

export type { Messages };
