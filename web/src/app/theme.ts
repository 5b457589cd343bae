import { useSyncExternalStore } from "react";

export type Theme = "system" | "dark" | "light";

// The same key and the same rule as in public/theme-boot.js, which runs before the first paint.
const KEY = "streamverse.theme";
const systemIsLight = matchMedia("(prefers-color-scheme: light)");
const listeners = new Set<() => void>();
let chosen = readTheme();

function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "dark" || stored === "light" ? stored : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const isLight = chosen === "light" || (chosen === "system" && systemIsLight.matches);
  const page = document.documentElement;
  // All at once: colours that fade each at their own pace are hard to read meanwhile.
  page.dataset["changesTheme"] = "";
  page.dataset["theme"] = isLight ? "light" : "dark";
  page.getBoundingClientRect();
  delete page.dataset["changesTheme"];
}

systemIsLight.addEventListener("change", apply);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setTheme(theme: Theme): void {
  chosen = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice holds until the page goes away.
  }
  apply();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => chosen);
}
