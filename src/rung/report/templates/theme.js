"use strict";
(function () {
  const theme = document.getElementById("theme");

  // The choice is kept where the browser allows it; a sandboxed page has no storage.
  function stored(value) {
    try {
      if (value) localStorage.setItem("rung-theme", value);
      return localStorage.getItem("rung-theme");
    } catch (_) {
      return null;
    }
  }

  function paint(scheme) {
    if (scheme) document.documentElement.dataset.theme = scheme;
    theme.textContent = dark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", dark() ? "Show in light colours" : "Show in dark colours");
  }

  const preference = matchMedia("(prefers-color-scheme: dark)");
  function dark() {
    return (document.documentElement.dataset.theme || (preference.matches ? "dark" : "light")) === "dark";
  }

  theme.addEventListener("click", () => paint(stored(dark() ? "light" : "dark") || (dark() ? "light" : "dark")));
  preference.addEventListener("change", () => paint());
  theme.hidden = false;
  paint(stored());

  // What is wider than the window begins with its newest end.
  for (const box of document.querySelectorAll(".newest-last")) box.scrollLeft = box.scrollWidth;
})();
