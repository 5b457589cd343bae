// Runs before the first paint, as a file of its own because the page allows no inline scripts.
(function () {
  var chosen = "system";
  try {
    chosen = localStorage.getItem("streamverse.theme") || "system";
  } catch {
    // Storage is switched off: follow the system.
  }
  var isLight =
    chosen === "light" ||
    (chosen !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = isLight ? "light" : "dark";
})();
