// What the pages need beyond htmx: a personal link's secret, which only this browser may see.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-personal-link]");
  if (!form) return;
  const secret = location.hash.slice(1);
  form.elements.secret.value = secret;
  history.replaceState(null, "", location.pathname);
  if (!secret) {
    form.querySelector("[data-missing]").hidden = false;
    form.querySelector("[data-waiting]").hidden = true;
    form.querySelector("button").disabled = true;
  }
});
