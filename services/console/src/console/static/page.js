// Does the page show what the ledger and the stored bytes say? Each field is read again from them, in the same words.
"use strict";

const pageShows = (() => {
  const DAY = /^\d{4}-\d\d-\d\d$/, INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
  const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/, HASH = /^[0-9a-f]{32,}$/;
  const MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
  const PARIS = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/Paris", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  const ERASED = "« effacé »", UNREAD = "« illisible »";
  // Each of them is shown where it holds something; the stream and the day on which it happened where they tell more.
  const SAID = {
    label: "son intitulé", recorded_at: "quand il a été enregistré", role: "le rôle de qui a agi", unit: "son unité", actor: "qui a agi", service: "le service", position: "sa position",
    version: "sa version", rules: "la version des règles", id: "son identifiant", payload_hash: "l’empreinte de son contenu", causation: "ce qui l’a entraîné",
  };
  const ALSO = { stream: "ce dont il est un événement", effective_at: "quand il a eu lieu" };

  class Sealed {
    constructor(says) { this.says = says; }
  }

  const holds = (value) => value !== null && typeof value === "object" && !(value instanceof Sealed);
  const toldBy = (value) => (value instanceof Sealed ? value.says : value);
  const isToken = (value) => holds(value) && ["c,k", "b,c,k"].includes(Object.keys(value).sort().join());
  const isNothing = (value) => value === null || toldBy(value) === "" || (holds(value) && Object.keys(value).length === 0);
  const short = (text) => ([...text].length > 16 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text);
  const grouped = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, " ");
  const plain = (text) => text.replace(/[ \n\r\t\f]+/g, " ").trim();
  const listed = (said) => said.join(said.slice(1).some((each) => /^\p{Lu}/u.test(each)) ? " ; " : ", ");
  const spoken = (element) => plain(element.textContent);

  function inWords(year, month, day) {
    return `${Number(day) === 1 ? "1er" : Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
  }

  function inParis(text) {
    const instant = new Date(text);
    return { ...Object.fromEntries(PARIS.formatToParts(instant).map(({ type, value }) => [type, value])), thousandths: String(instant.getUTCMilliseconds()).padStart(3, "0") };
  }

  function isMoment(text) {
    const [year, month, day] = text.slice(0, 10).split("-").map(Number), there = new Date(Date.UTC(year, month - 1, day));
    return there.getUTCMonth() === month - 1 && there.getUTCDate() === day && !Number.isNaN(Date.parse(text));
  }

  function moment(text) {
    if (DAY.test(text)) return inWords(...text.split("-"));
    const there = inParis(text);
    return `${inWords(there.year, there.month, there.day)} à ${Number(there.hour)} h ${there.minute}`;
  }

  function exact(text) {
    const there = inParis(text);
    return `${there.day}/${there.month}/${there.year} ${there.hour}:${there.minute}:${there.second},${there.thousandths} (heure de Paris)`;
  }

  // Two decimals, a tie to the even one: only odd eighths are ties.
  function rounded(value) {
    if (Math.abs((value * 8) % 2) !== 1) return value.toFixed(2);
    const low = Math.floor(value * 100);
    return ((low % 2 ? low + 1 : low) / 100).toFixed(2);
  }

  function number(value) {
    const [whole, decimals] = rounded(Math.abs(value)).split(".");
    const kept = decimals.replace(/0+$/, "");
    return (value < 0 ? "-" : "") + grouped(whole) + (kept ? `,${kept}` : "");
  }

  function euros(cents) {
    const whole = Math.floor(Math.abs(cents) / 100), rest = Math.abs(cents) % 100;
    return `${cents < 0 ? "-" : ""}${grouped(whole)},${String(rest).padStart(2, "0")} €`;
  }

  function label(words, name) {
    if (Object.hasOwn(words.fields, name)) return words.fields[name];
    if (Object.hasOwn(words.codes, name)) return words.codes[name].charAt(0).toUpperCase() + words.codes[name].slice(1);
    return UUID.test(name) ? short(name) : name.replaceAll("_", " ");
  }

  function said(words, value, name) {
    if (value === null) return "";
    if (typeof value === "boolean") return value ? "oui" : "non";
    if (typeof value === "number") {
      if (words.amounts.includes(name) || name.endsWith("_cents")) return euros(Math.round(value));
      return ["fiscal_year", "year"].includes(name) ? String(value) : number(value);
    }
    if ((DAY.test(value) || INSTANT.test(value)) && isMoment(value)) return moment(value);
    if (UUID.test(value) || HASH.test(value)) return short(value);
    return words.as_typed.includes(name) ? value : Object.hasOwn(words.codes, value) ? words.codes[value] : value;
  }

  // What a service says of a sealed value stands in the place of its ciphertext.
  function opened(value, path, values) {
    if (isToken(value)) return new Sealed(Object.hasOwn(values, path) ? (values[path] ?? ERASED) : UNREAD);
    if (Array.isArray(value)) return value.map((inner, n) => opened(inner, `${path}.${n}`, values));
    if (!holds(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, opened(inner, path ? `${path}.${name}` : name, values)]));
  }

  function spelledOut(code) {
    const told = code.replaceAll("-", " ");
    return told.charAt(0).toUpperCase() + told.slice(1).toLowerCase();
  }

  function title(value) {
    if (!holds(value) || Array.isArray(value)) return null;
    const told = toldBy(value.title) || toldBy(value.name) || title(value.planned);
    return typeof told === "string" ? told : null;
  }

  // Each field by its path: its name, and what it says where it holds no others.
  function expected(words, data) {
    const found = new Map();
    function walk(named, name, value, at) {
      const leaf = (says, sealed, whole) => found.set(at, { named, says, sealed, whole });
      if (!holds(value)) return leaf(said(words, toldBy(value), name), value instanceof Sealed, toldBy(value));
      if (Array.isArray(value) && !value.some(holds)) {
        return leaf(listed(value.map((each) => said(words, toldBy(each), name))), value.some((each) => each instanceof Sealed));
      }
      found.set(at, { named });
      if (Array.isArray(value)) return value.forEach((each, n) => walk(`n° ${n + 1}`, name, each, `${at}[${n}]`));
      if (!fields(value, at)) leaf("rien", false);
    }
    function fields(object, at) {
      const telling = Object.entries(object).filter(([name, inner]) => !isNothing(inner) && name !== "salt" && !(name === "person" && object.name));
      for (const [name, inner] of telling) {
        walk((UUID.test(name) && title(inner)) || label(words, name), name, inner, at ? `${at}.${name}` : name);
      }
      return telling.length;
    }
    fields(data, "");
    return found;
  }

  // What of the header is shown otherwise, or not at all. `label`: null when the ledger did not commit to it.
  function ofHeader(page, header, label, words) {
    const told = { ...header, service: header.publisher, label: label || spelledOut(header.event) };
    const says = { role: words.roles[told.role] ?? told.role, service: words.services[told.service] };
    const shown = [...page.querySelectorAll("[data-header]")].filter((each) => label !== null || each.dataset.header !== "label");
    const AS = {
      moment: (element, value) => spoken(element) === moment(value),
      exact: (element, value) => spoken(element) === exact(value),
      service: (element, value) => spoken(element) === words.services[value.replace("service:", "")],
      link: (element, value) => element.getAttribute("href").endsWith(`/${value}`),
      id: (element, value) => element.title === value && spoken(element) === short(value),
      text: (element, _, name) => spoken(element) === plain(String(says[name] ?? told[name] ?? "")),
    };
    const needed = Object.keys(SAID).filter((name) => (name === "label" ? label !== null : (told[name] ?? null) !== null));
    if (told.stream !== told.case) needed.push("stream");
    if (told.effective_at.slice(0, 10) !== told.recorded_at.slice(0, 10)) needed.push("effective_at");
    const wrong = shown.filter((each) => !AS[each.dataset.as ?? "text"](each, told[each.dataset.header], each.dataset.header));
    const missing = needed.filter((name) => !shown.some((each) => each.dataset.header === name));
    return [...new Set([...wrong.map((each) => each.dataset.header), ...missing])].map((name) => SAID[name] ?? ALSO[name] ?? name);
  }

  // What of the content is shown otherwise: `clear` than the bytes say, `sealed` than the service says of them.
  function ofContent(content, data, values, words) {
    const wanted = expected(words, opened(data, "", values)), wrong = { clear: [], sealed: [] };
    const shown = new Map([...content.querySelectorAll("[data-path]")].map((element) => [element.dataset.path, element]));
    const part = (element, which) => element?.querySelector(`:scope > [data-${which}], :scope > dt > [data-${which}]`);
    for (const [at, { named, says, sealed, whole }] of wanted) {
      const element = shown.get(at), value = part(element, "value");
      if (!value || spoken(part(element, "name")) !== plain(named)) wrong.clear.push(named);
      else if (says === undefined) continue;
      else if (sealed !== Boolean(element.querySelector(".sealed"))) wrong.clear.push(named);
      else if (spoken(value) !== plain(says) || ![undefined, whole].includes(value.firstElementChild?.title)) wrong[sealed ? "sealed" : "clear"].push(named);
    }
    for (const at of shown.keys()) if (!wanted.has(at)) wrong.clear.push(at);
    return { wrong, sealed: [...wanted.values()].filter((each) => each.sealed).length };
  }

  return { ofHeader, ofContent, moment };
})();
