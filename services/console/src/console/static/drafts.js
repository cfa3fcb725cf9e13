// Drafts: what is typed in a form of a command stays in this browser until it is recorded. Nothing here is needed to
// send a form. A draft also keeps the form's key and the version that was read, so that it is never recorded twice.
"use strict";

const drafts = (() => {
  const PREFIX = "dla-draft:", SENT = "dla-sent", KEEP_MILLISECONDS = 7 * 24 * 3600 * 1000, WAIT_MILLISECONDS = 400;
  const UNKEPT = new Set(["csrf", "ajouter"]);
  let closed = false;

  function read(key) {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      return draft && Date.now() - draft.at < KEEP_MILLISECONDS ? draft : null;
    } catch {
      return null; // not written by this page, or storage is refused
    }
  }

  function write(key, draft) {
    if (closed) return true;
    try {
      localStorage.setItem(key, JSON.stringify(draft));
      return true;
    } catch {
      return false; // full, or refused: the page says that nothing is kept
    }
  }

  function remove(key) {
    try {
      localStorage.removeItem(key);
    } catch { /* storage is refused: there is no draft */ }
  }

  const keys = () => {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    } catch {
      return [];
    }
  };

  // Somebody signs out: nothing stays, and nothing is written any more.
  function close() {
    closed = true;
    keys().forEach(remove);
  }

  const valuesOf = (form) => [...new FormData(form)].filter(([name, value]) => !UNKEPT.has(name) && typeof value === "string");

  function fill(form, values) {
    const byName = Map.groupBy ? Map.groupBy(values, ([name]) => name) : grouped(values);
    for (const input of form.elements) {
      if (!input.name || UNKEPT.has(input.name) || input.type === "file" || input.tagName === "BUTTON") continue;
      const typed = (byName.get(input.name) ?? []).map(([, value]) => value);
      if (input.type === "checkbox" || input.type === "radio") input.checked = typed.includes(input.value);
      else if (typed.length) input.value = typed.length > 1 ? typed[[...form.elements[input.name]].indexOf(input)] ?? "" : typed[0];
    }
  }

  function grouped(values) {
    const map = new Map();
    for (const pair of values) map.set(pair[0], [...(map.get(pair[0]) ?? []), pair]);
    return map;
  }

  // Rows that the page has not: it is asked for them first, and the draft is filled in when it comes back.
  const lacksInputs = (form, values) => {
    const names = new Set([...form.elements].map((input) => input.name));
    return values.find(([name, value]) => value && !names.has(name) && /\.\d+\./.test(name))?.[0];
  };

  return { PREFIX, SENT, read, write, remove, keys, close, valuesOf, fill, lacksInputs, WAIT_MILLISECONDS };
})();

document.addEventListener("DOMContentLoaded", () => {
  document.querySelector("[data-focus]")?.focus();
  for (const key of drafts.keys()) if (!drafts.read(key)) drafts.remove(key);
  const form = document.querySelector("form[data-draft]");
  forgetSentDraft(form);
  for (const out of document.querySelectorAll("form[action='/deconnexion']")) {
    out.addEventListener("submit", drafts.close); // a shared computer keeps nothing
  }
  if (form) keepDraft(form, drafts.PREFIX + form.dataset.draft);
});

// A form that was sent and is not shown again was recorded.
function forgetSentDraft(form) {
  try {
    const sent = sessionStorage.getItem(drafts.SENT);
    if (sent && document.querySelector("[data-recorded], [data-select]")) drafts.remove(sent);
    if (sent && (!form || sent !== drafts.PREFIX + form.dataset.draft)) sessionStorage.removeItem(drafts.SENT);
  } catch { /* storage is refused: there is no draft */ }
}

function keepDraft(form, key) {
  const state = form.querySelector("[data-draft-state]"), own = crypto.randomUUID();
  let waiting, saved = false;
  const say = (text, action) => {
    state.hidden = false;
    state.textContent = text;
    if (!action) return;
    const button = document.createElement("button");
    [button.type, button.className, button.textContent] = ["button", "quiet", action.label];
    button.addEventListener("click", action.run);
    state.append(button);
  };
  const discard = () => {
    clearTimeout(waiting);
    [waiting, saved] = [undefined, false];
    drafts.remove(key);
    location.reload();
  };
  const save = () => {
    clearTimeout(waiting);
    [waiting, saved] = [undefined, true];
    if (!drafts.write(key, { at: Date.now(), by: own, values: drafts.valuesOf(form) })) say("Ce navigateur ne garde pas de brouillon : enregistrez avant de quitter la page.");
  };

  // After an answer (an error, one row more) the page holds what was sent, which is newer than the draft.
  const draft = drafts.read(key), answered = form.hasAttribute("data-answered");
  if (draft && !answered) {
    drafts.fill(form, draft.values);
    const missing = drafts.lacksInputs(form, draft.values);
    if (missing) addRow(form, missing.replace(/\.\d+\..*$/, ""), draft);
    say("Votre brouillon est revenu : il n’est pas encore enregistré.", { label: "Repartir d’une page vierge", run: discard });
  } else if (answered) save();

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, drafts.WAIT_MILLISECONDS);
  });
  addEventListener("pagehide", () => { if (waiting) save(); });
  form.addEventListener("submit", (event) => {
    save();
    if (event.submitter?.hasAttribute("data-keeps-draft")) return;
    try { sessionStorage.setItem(drafts.SENT, key); } catch { /* storage is refused: there is no draft */ }
    for (const button of form.querySelectorAll("[data-submit]")) setTimeout(() => { button.disabled = true; });
  });
  addEventListener("pageshow", (event) => {
    for (const button of form.querySelectorAll("[data-submit]")) button.disabled = false;
    if (event.persisted && saved && !drafts.read(key)) discard(); // recorded since: the form is not to be sent again
  });
  addEventListener("storage", (event) => {
    if (event.key !== key) return;
    const other = drafts.read(key);
    if (!other) say("Ce formulaire a été enregistré ou abandonné dans un autre onglet.", { label: "Recharger", run: () => location.reload() });
    else if (other.by !== own) say("Vous écrivez aussi ce formulaire dans un autre onglet : le dernier texte tapé est gardé.", { label: "Reprendre celui de l’autre onglet", run: () => location.reload() });
  });
}

function addRow(form, list, draft) {
  const button = [...form.querySelectorAll("[data-keeps-draft]")].find((each) => each.value === list);
  if (!button) return;
  // The draft as it is, not as the page can show it: the page that comes back has the row.
  const sent = document.createElement("form");
  [sent.method, sent.action, sent.hidden] = ["post", form.action, true];
  for (const [name, value] of [...draft.values, ["csrf", form.elements.csrf.value], ["ajouter", list]]) {
    const input = document.createElement("input");
    [input.type, input.name, input.value] = ["hidden", name, value];
    sent.append(input);
  }
  document.body.append(sent);
  sent.submit();
}
