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
  // Whoever sits before a television is some metres away: everything is larger there.
  if (/\bTV\b|SmartTV|Tizen|Web0S|AppleTV|AFT|BRAVIA|CrKey|Roku|HbbTV/.test(navigator.userAgent)) {
    document.documentElement.dataset.screen = "tv";
  }
})();
