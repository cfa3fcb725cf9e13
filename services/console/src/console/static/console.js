// What the pages need beyond htmx: keys that step through versions, filters open where there is room, and older personal
// links, whose code is in the address.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.target.closest("input, select, textarea, [contenteditable], .scroll")) return;
  const link = document.querySelector(`[data-stepping] a[rel=${rel}]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});

// A connection that was cut may bring again what is here already.
document.addEventListener("htmx:sseMessage", () => {
  const here = new Set();
  for (const line of document.querySelectorAll("[data-live] [data-event]")) {
    if (here.has(line.dataset.event)) line.remove();
    here.add(line.dataset.event);
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const filters = document.querySelector("[data-filters]");
  if (filters && matchMedia("(min-width: 48.01rem)").matches) filters.open = true;

  // Links given until November 2026 have their code in the address, which the browser has recorded already.
  const form = document.querySelector("[data-personal-link]");
  if (!form || location.hash.length < 2) return;
  form.elements.secret.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  document.querySelector("[data-in-address]").hidden = false;
});
