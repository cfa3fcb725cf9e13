// Compares the page with the ledger and the stored bytes: each field is formatted again from them, with the same labels.
"use strict";

const pageComparison = (() => {
  const DAY = /^\d{4}-\d\d-\d\d$/, INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
  const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/, HASH = /^[0-9a-f]{32,}$/;
  const MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
  const PARIS = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/Paris", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const ERASED = "« effacé »", UNREADABLE = "« illisible »";
  // Header fields that must be shown when they have a value; the stream and the day of the event only when they add something.
  const REQUIRED = {
    label: "son intitulé", recorded_at: "quand il a été enregistré", role: "le rôle de qui a agi", unit: "son unité", actor: "qui a agi", service: "le service", position: "sa position",
    version: "sa version", rules: "la version des règles", id: "son identifiant", payload_hash: "l’empreinte de son contenu", causation: "ce qui l’a entraîné",
  };
  const OPTIONAL = { stream: "ce dont il est un événement", effective_at: "quand il a eu lieu" };

  class ShownEncrypted {
    constructor(text) { this.text = text; }
  }

  const isObject = (value) => value !== null && typeof value === "object" && !(value instanceof ShownEncrypted);
  const plaintextOf = (value) => (value instanceof ShownEncrypted ? value.text : value);
  const isToken = (value) => isObject(value) && ["c,k", "b,c,k"].includes(Object.keys(value).sort().join());
  const isEmpty = (value) => value === null || plaintextOf(value) === "" || (isObject(value) && Object.keys(value).length === 0);
  const shorten = (text) => ([...text].length > 16 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text);
  const groupDigits = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, " ");
  const plain = (text) => text.replace(/[ \n\r\t\f]+/g, " ").trim();
  const joinValues = (formatValue) => formatValue.join(formatValue.slice(1).some((each) => /^\p{Lu}/u.test(each)) ? " ; " : ", ");
  const textOf = (element) => plain(element.textContent);

  function formatDay(year, month, day) {
    return `${Number(day) === 1 ? "1er" : Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  }

  function parisParts(text) {
    const instant = new Date(text);
    return { ...Object.fromEntries(PARIS.formatToParts(instant).map(({ type, value }) => [type, value])), thousandths: String(instant.getUTCMilliseconds()).padStart(3, "0") };
  }

  function isDate(text) {
    const [year, month, day] = text.slice(0, 10).split("-").map(Number), there = new Date(Date.UTC(year, month - 1, day));
    return there.getUTCMonth() === month - 1 && there.getUTCDate() === day && !Number.isNaN(Date.parse(text));
  }

  function formatMoment(text) {
    if (DAY.test(text)) return formatDay(...text.split("-"));
    const there = parisParts(text);
    return `${formatDay(there.year, there.month, there.day)} à ${Number(there.hour)} h ${there.minute}`;
  }

  function formatExact(text) {
    const there = parisParts(text);
    return `${there.day}/${there.month}/${there.year} ${there.hour}:${there.minute}:${there.second},${there.thousandths} (heure de Paris)`;
  }

  // Two decimals, a tie to the even one: only odd eighths are ties.
  function roundHalfEven(value) {
    if (Math.abs((value * 8) % 2) !== 1) return value.toFixed(2);
    const low = Math.floor(value * 100);
    return ((low % 2 ? low + 1 : low) / 100).toFixed(2);
  }

  function number(value) {
    const [whole, decimals] = roundHalfEven(Math.abs(value)).split(".");
    const kept = decimals.replace(/0+$/, "");
    return (value < 0 ? "-" : "") + groupDigits(whole) + (kept ? `,${kept}` : "");
  }

  function euros(cents) {
    const whole = Math.floor(Math.abs(cents) / 100), rest = Math.abs(cents) % 100;
    return `${cents < 0 ? "-" : ""}${groupDigits(whole)},${String(rest).padStart(2, "0")} €`;
  }

  function label(labels, name) {
    if (Object.hasOwn(labels.fields, name)) return labels.fields[name];
    if (Object.hasOwn(labels.codes, name)) return labels.codes[name].charAt(0).toUpperCase() + labels.codes[name].slice(1);
    return UUID.test(name) ? shorten(name) : name.replaceAll("_", " ");
  }

  function formatValue(labels, value, name) {
    if (value === null) return "";
    if (typeof value === "boolean") return value ? "oui" : "non";
    if (typeof value === "number") {
      if (labels.amounts.includes(name) || name.endsWith("_cents")) return euros(Math.round(value));
      return ["fiscal_year", "year"].includes(name) ? String(value) : number(value);
    }
    if ((DAY.test(value) || INSTANT.test(value)) && isDate(value)) return formatMoment(value);
    if (UUID.test(value) || HASH.test(value)) return shorten(value);
    return labels.as_typed.includes(name) ? value : Object.hasOwn(labels.codes, value) ? labels.codes[value] : value;
  }

  // Replaces each ciphertext by what the service shows for it.
  function fillIn(value, path, values) {
    if (isToken(value)) return new ShownEncrypted(Object.hasOwn(values, path) ? (values[path] ?? ERASED) : UNREADABLE);
    if (Array.isArray(value)) return value.map((inner, n) => fillIn(inner, `${path}.${n}`, values));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fillIn(inner, path ? `${path}.${name}` : name, values)]));
  }

  function eventLabel(code) {
    const text = code.replaceAll("-", " ");
    return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
  }

  function title(value) {
    if (!isObject(value) || Array.isArray(value)) return null;
    const told = plaintextOf(value.title) || plaintextOf(value.name) || title(value.planned);
    return typeof told === "string" ? told : null;
  }

  // The expected nodes by path: name, and text of the leaves.
  function expectedNodes(labels, data) {
    const found = new Map();
    function walk(named, name, value, at) {
      const leaf = (says, sealed, whole) => found.set(at, { named, says, sealed, whole });
      if (!isObject(value)) return leaf(formatValue(labels, plaintextOf(value), name), value instanceof ShownEncrypted, plaintextOf(value));
      if (Array.isArray(value) && !value.some(isObject)) {
        return leaf(joinValues(value.map((each) => formatValue(labels, plaintextOf(each), name))), value.some((each) => each instanceof ShownEncrypted));
      }
      found.set(at, { named });
      if (Array.isArray(value)) return value.forEach((each, n) => walk(`n° ${n + 1}`, name, each, `${at}[${n}]`));
      if (!fields(value, at)) leaf("rien", false);
    }
    function fields(object, at) {
      const telling = Object.entries(object).filter(([name, inner]) => !isEmpty(inner) && name !== "salt" && !(name === "person" && object.name));
      for (const [name, inner] of telling) {
        walk((UUID.test(name) && title(inner)) || label(labels, name), name, inner, at ? `${at}.${name}` : name);
      }
      return telling.length;
    }
    fields(data, "");
    return found;
  }

  // The header fields that the page shows otherwise, or not at all.
  function compareHeader(page, header, label, labels) {
    const told = { ...header, service: header.publisher, label: label || eventLabel(header.event) };
    const says = { role: labels.roles[told.role] ?? told.role, service: labels.services[told.service] };
    const shown = [...page.querySelectorAll("[data-header]")];
    const AS = {
      moment: (element, value) => textOf(element) === formatMoment(value),
      exact: (element, value) => textOf(element) === formatExact(value),
      service: (element, value) => textOf(element) === labels.services[value.replace("service:", "")],
      link: (element, value) => element.getAttribute("href").endsWith(`/${value}`),
      id: (element, value) => element.title === value && textOf(element) === shorten(value),
      text: (element, _, name) => textOf(element) === plain(String(says[name] ?? told[name] ?? "")),
    };
    const needed = Object.keys(REQUIRED).filter((name) => name === "label" || (told[name] ?? null) !== null);
    if (told.stream !== told.case) needed.push("stream");
    if (told.effective_at.slice(0, 10) !== told.recorded_at.slice(0, 10)) needed.push("effective_at");
    const wrong = shown.filter((each) => !AS[each.dataset.as ?? "text"](each, told[each.dataset.header], each.dataset.header));
    const missing = needed.filter((name) => !shown.some((each) => each.dataset.header === name));
    return [...new Set([...wrong.map((each) => each.dataset.header), ...missing])].map((name) => REQUIRED[name] ?? OPTIONAL[name] ?? name);
  }

  // The content fields that the page shows otherwise: `clear`, than the stored bytes; `sealed`, than the service shows them.
  function compareContent(content, data, values, labels) {
    const wanted = expectedNodes(labels, fillIn(data, "", values)), wrong = { clear: [], sealed: [] };
    const shown = new Map([...content.querySelectorAll("[data-path]")].map((element) => [element.dataset.path, element]));
    const part = (element, which) => element?.querySelector(`:scope > [data-${which}], :scope > dt > [data-${which}]`);
    for (const [at, { named, says, sealed, whole }] of wanted) {
      const element = shown.get(at), value = part(element, "value");
      if (!value || textOf(part(element, "name")) !== plain(named)) wrong.clear.push(named);
      else if (says === undefined) continue;
      else if (sealed !== Boolean(element.querySelector(".sealed"))) wrong.clear.push(named);
      else if (textOf(value) !== plain(says) || ![undefined, whole].includes(value.firstElementChild?.title)) wrong[sealed ? "sealed" : "clear"].push(named);
    }
    for (const at of shown.keys()) if (!wanted.has(at)) wrong.clear.push(at);
    return { wrong, sealed: [...wanted.values()].filter((each) => each.sealed).length };
  }

  return { compareHeader, compareContent, formatMoment };
})();
