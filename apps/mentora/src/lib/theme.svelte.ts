/** Light or dark: the system's choice until the reader makes one. `static/appearance.js` applies it before the first paint. */
export type Theme = "light" | "dark";

const STORED_AS = "mentora.theme";
const system = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
let chosen = $state<Theme | undefined>(globalThis.document?.documentElement.dataset.theme as Theme | undefined);
let systemIsDark = $state(system?.matches ?? false);
system?.addEventListener("change", ({ matches }) => (systemIsDark = matches));

export function theme(): Theme {
  return chosen ?? (systemIsDark ? "dark" : "light");
}

export function wear(next: Theme): void {
  chosen = next;
  document.documentElement.dataset.theme = next;
  localStorage.setItem(STORED_AS, next);
}
