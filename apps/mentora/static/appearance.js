// Runs before the first paint, so that a chosen theme or language does not flash the other one.
try {
  const theme = localStorage.getItem("mentora.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const locale = localStorage.getItem("mentora.locale");
  if (locale) document.documentElement.lang = locale;
} catch {
  // Storage may be forbidden: then the system's theme holds.
}
