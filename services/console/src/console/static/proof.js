// Verifies in the browser that an event is in the ledger: RFC 6962 proofs and signed notes, with the browser's own cryptography.
"use strict";

(() => {
  const SALT = 32, HASH = 32;
  const utf8 = new TextEncoder();
  const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => a.length === b.length && a.every((byte, n) => byte === b[n]);
  const joined = (...parts) => new Uint8Array(parts.flatMap((part) => Array.from(part)));
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const leafHash = (entry) => sha256(joined([0], entry));
  const nodeHash = (left, right) => sha256(joined([1], left, right));

  class VerificationError extends Error {}

  function decodeBase64(encoded) {
    try {
      return Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
    } catch {
      throw new VerificationError("une valeur en base64 est illisible");
    }
  }

  function readProof(proof) {
    const cut = proof.indexOf("\n\n");
    const lines = proof.slice(0, cut).split("\n");
    if (cut < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new VerificationError("ce n’est pas une preuve d’inscription");
    const extra = lines[0]?.startsWith("extra ") ? decodeBase64(lines.shift().slice(6)) : null;
    const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "");
    if (!index) throw new VerificationError("la preuve ne dit pas à quel rang est l’événement");
    const hashes = lines.map(decodeBase64);
    if (hashes.some((each) => each.length !== HASH)) throw new VerificationError("une empreinte de la preuve n’a pas 32 octets");
    return { extra, index: Number(index[1]), hashes, note: proof.slice(cut + 2) };
  }

  // After its salt an opening is JSON that holds the header and the label.
  function readOpening(extra) {
    if (extra.length <= SALT + HASH) throw new VerificationError("l’ouverture est trop courte");
    let opening;
    try {
      opening = JSON.parse(text(extra.slice(SALT)));
    } catch {
      throw new VerificationError("l’ouverture est illisible");
    }
    if (opening.form !== 1) throw new VerificationError("l’ouverture est d’une forme que cette page ne connaît pas");
    return { header: opening.header, label: opening.label ?? "" };
  }

  function readCheckpoint(note) {
    const cut = note.lastIndexOf("\n\n");
    const signed = note.slice(0, cut + 1);
    const [origin, size, root] = signed.split("\n");
    if (cut < 0 || !/^(0|[1-9]\d{0,15})$/.test(size ?? "")) throw new VerificationError("ce n’est pas un point de contrôle signé");
    const signatures = note.slice(cut + 2).trimEnd().split("\n").map((line) => {
      const found = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
      if (!found) throw new VerificationError("une ligne de signature est illisible");
      return { name: found[1], bytes: decodeBase64(found[2]) };
    });
    return { signed, origin, size: Number(size), root: decodeBase64(root ?? ""), signatures };
  }

  // The side of each hash of the proof, from the leaf up: true when it is on the right of the path.
  function pathSides(index, size) {
    const down = [];
    let begin = 0, end = size;
    while (end - begin > 1) {
      let half = 1;
      while (half * 2 < end - begin) half *= 2;
      const middle = begin + half;
      if (index < middle) { down.push(true); end = middle; } else { down.push(false); begin = middle; }
    }
    return down.reverse();
  }

  const LEDGER_KEY = 1, WITNESS_KEY = 4, ID = 4, STAMP = 8, SIGNATURE = 64;

  // A published key: name+id+key; the first byte of the key is its type.
  async function readKey(published, kind) {
    const [name, id, ...rest] = published.split("+");
    const bytes = decodeBase64(rest.join("+"));
    if (bytes.length !== 33 || bytes[0] !== kind) throw new VerificationError(`la clé de ${name} n’est pas une clé Ed25519`);
    const keyId = (await sha256(joined(utf8.encode(`${name}\n`), bytes))).slice(0, ID);
    if (hex(keyId) !== id) throw new VerificationError(`l’empreinte de la clé de ${name} ne lui correspond pas`);
    return { name, keyId, key: bytes.slice(1) };
  }

  function signatureOf(checkpoint, known) {
    const own = checkpoint.signatures.find((each) => each.name === known.name && same(each.bytes.slice(0, ID), known.keyId));
    return own?.bytes.slice(ID);
  }

  // Null when the browser does not support Ed25519.
  async function verifyEd25519(key, signature, signed) {
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    } catch (error) {
      if (error.name === "NotSupportedError") return null;
      throw error;
    }
    return crypto.subtle.verify("Ed25519", imported, signature, utf8.encode(signed));
  }

  async function verifySignature(checkpoint, published) {
    const known = await readKey(published.trim().split("\n")[0], LEDGER_KEY); // the current key comes first
    if (known.name !== checkpoint.origin) throw new VerificationError(`la clé est celle de ${known.name}, le point de contrôle est de ${checkpoint.origin}`);
    const signature = signatureOf(checkpoint, known);
    if (!signature) throw new VerificationError("cette clé n’a pas signé ce point de contrôle");
    const valid = await verifyEd25519(known.key, signature, checkpoint.signed);
    if (valid === false) throw new VerificationError("la signature ne vaut pas pour ce point de contrôle");
    return valid === true;
  }

  // The witnesses whose cosignature is valid, and when they gave it (C2SP cosignature/v1); null without Ed25519.
  async function verifyCosignatures(checkpoint, published) {
    const seen = [];
    for (const line of published.split("\n").filter(Boolean)) {
      const known = await readKey(line, WITNESS_KEY), cosignature = signatureOf(checkpoint, known);
      if (!cosignature) continue;
      const whole = cosignature.length === STAMP + SIGNATURE;
      const stamp = whole ? new DataView(cosignature.buffer).getBigUint64(0) : 0n;
      const valid = whole && await verifyEd25519(known.key, cosignature.slice(STAMP), `cosignature/v1\ntime ${stamp}\n${checkpoint.signed}`);
      if (valid === null) return null;
      if (!valid) throw new VerificationError(`la cosignature du témoin ${known.name} ne vaut pas pour ce point de contrôle`);
      seen.push({ name: known.name, at: new Date(Number(stamp) * 1000), line });
    }
    return seen;
  }

  async function describeWitnesses(checkpoint, published) {
    const others = checkpoint.signatures.map((each) => each.name).filter((name) => name !== checkpoint.origin);
    const unverified = (sentence) => [sentence, [], "passed-over"];
    if (!others.length) return unverified("Aucun n’a cosigné ce point de contrôle : seul l’exploitant garantit que tout le monde voit le même registre.");
    if (typeof published !== "string") return unverified(`Non vérifiés : ${others.join(", ")} ont cosigné, mais leurs clés n’ont pas pu être lues.`);
    const seen = await verifyCosignatures(checkpoint, published);
    if (seen === null) return unverified("Non vérifiés : ce navigateur ne connaît pas Ed25519.");
    const unknown = others.filter((name) => !seen.some((each) => each.name === name));
    const unverifiedSentence = unknown.length ? ` Non vérifié, car sa clé n’est pas connue ici : ${unknown.join(", ")}.` : "";
    if (!seen.length) return unverified(unverifiedSentence.trim());
    const count = seen.length === 1 ? "Un témoin a vu ce point de contrôle" : `${seen.length} témoins ont vu ce point de contrôle`;
    const who = seen.map((each) => `${each.name}, le ${pageComparison.formatMoment(each.at.toISOString())}`).join(" ; ");
    return [`${count} : ${who}. Pour chaque témoin, le registre n’a fait que s’allonger ; l’exploitant ne peut donc montrer une autre histoire à personne sans qu’un témoin le voie. Comparez leurs clés avec celles qu’ils publient : un témoin ne vaut que s’il est d’une autre organisation.${unverifiedSentence}`,
      seen.map((each) => [each.name, each.line])];
  }

  // Compares the page with the committed content, and counts the encrypted values in it.
  async function compareContent(answer, header, page, say) {
    const shown = page.querySelector("[data-content]");
    if (typeof answer.stored?.bytes !== "string") {
      say("Le contenu", answer.stored?.error ? `Non vérifié : ${answer.stored.error}` : "Non vérifié : le service ne montre pas ces octets à vos droits.", [], "passed-over");
      return { content: shown ? "unverified" : "hidden", sealed: 0 };
    }
    const bytes = decodeBase64(answer.stored.bytes), hash = await sha256(bytes);
    if (hex(hash) !== header.payload_hash) throw new VerificationError("le contenu que le service détient n’est plus celui qui a été consigné");
    const found = shown && pageComparison.compareContent(shown, JSON.parse(text(bytes)).data, answer.stored.shown, answer.labels);
    if (found?.wrong.clear.length) throw new VerificationError(`cette page montre autre chose que le contenu consigné : ${found.wrong.clear.join(", ")}`);
    if (found?.wrong.sealed.length) throw new VerificationError(`cette page montre autre chose que ce que le service dit de ses valeurs scellées : ${found.wrong.sealed.join(", ")}`);
    say("Le contenu", `Les octets que le service détient aujourd’hui ont l’empreinte que l’en-tête consigne${found ? ", et cette page montre ce qu’ils disent" : ""}.`, [["SHA-256 du contenu", hex(hash)]]);
    if (found?.sealed) say("Les valeurs scellées", "Le registre s’engage sur leur forme chiffrée : ce que vous en lisez ici est la parole du service.", [], "passed-over");
    return { content: shown ? "verified" : "hidden", sealed: found?.sealed ?? 0 };
  }

  function describeVerdict({ content, sealed }) {
    if (content === "hidden") return `Vérifié : l’en-tête est inscrit, et cette page le montre tel quel. Le contenu ne vous est pas montré.`;
    const but = sealed ? `, sauf ${sealed} ${sealed > 1 ? "valeurs scellées" : "valeur scellée"}, où vous lisez la parole du service` : "";
    return `Vérifié : cet événement est inscrit, et cette page en montre ce qui a été consigné${but}.`;
  }

  async function verify(answer, page, say) {
    for (const name of ["proof", "key"]) if (answer[name]?.error) throw new VerificationError(answer[name].error);
    const proof = readProof(answer.proof);
    const checkpoint = readCheckpoint(proof.note);
    if (proof.extra === null) throw new VerificationError("la preuve ne porte pas l’ouverture de l’événement");
    const { header, label } = readOpening(proof.extra);
    const compared = await compareContent(answer, header, page, say);

    const wrong = pageComparison.compareHeader(page, header, label, answer.labels);
    if (wrong.length) throw new VerificationError(`cette page montre autre chose que ce qui est inscrit : ${wrong.join(", ")}`);
    say("L’en-tête", "Ce que montre cette page – qui, quand, quoi, suite à quoi – est ce que le registre a reçu.", []);

    const entry = await sha256(proof.extra);
    let reached = await leafHash(entry);
    say("L’inscription", `L’en-tête, mêlé d’un sel qui ne laisse rien deviner, donne la ligne n° ${proof.index + 1} du registre.`,
      [["Ligne inscrite", hex(entry)], ["Empreinte de la ligne", hex(reached)]]);

    if (proof.index >= checkpoint.size) throw new VerificationError("le point de contrôle signé ne va pas jusqu’à cet événement");
    const path = pathSides(proof.index, checkpoint.size);
    if (path.length !== proof.hashes.length) throw new VerificationError(`${path.length} empreintes sont attendues, la preuve en porte ${proof.hashes.length}`);
    const climbed = [];
    for (const [n, onTheRight] of path.entries()) {
      const other = proof.hashes[n];
      reached = onTheRight ? await nodeHash(reached, other) : await nodeHash(other, reached);
      climbed.push([`${n + 1}. avec sa voisine de ${onTheRight ? "droite" : "gauche"} ${hex(other).slice(0, 12)}…`, hex(reached)]);
    }
    say("La montée dans l’arbre", `De la ligne jusqu’au sommet : ${path.length} empreintes, chacune mêlée à la précédente.`, climbed);

    if (!same(reached, checkpoint.root)) throw new VerificationError("le calcul ne conduit pas à la racine signée");
    say("La racine", `Le sommet atteint est la racine du registre, tel qu’il comptait ${checkpoint.size} lignes.`, [["Racine", hex(reached)]]);

    const whole = await verifySignature(checkpoint, answer.key);
    say("La signature", whole
      ? `La clé publiée de ${checkpoint.origin} a signé cette racine. Comparez cette clé avec celle publiée ailleurs.`
      : "Non vérifiée : ce navigateur ne connaît pas Ed25519. Mettez-le à jour, ou vérifiez la preuve hors ligne.",
      [["Clé", answer.key.trim()]], whole ? "done" : "passed-over");

    say("Les témoins", ...(await describeWitnesses(checkpoint, answer.witnesses)));
    return { whole, ...compared };
  }

  function stepWriter(list) {
    return (title, sentence, details, state = "done") => {
      const item = document.createElement("li");
      item.className = state;
      const heading = document.createElement("strong");
      heading.textContent = title;
      const said = document.createElement("p");
      said.textContent = sentence;
      item.append(heading, said);
      if (details.length) {
        const more = document.createElement("details"), summary = document.createElement("summary"), hashes = document.createElement("dl");
        summary.textContent = "Les calculs";
        for (const [name, value] of details) {
          const term = document.createElement("dt"), hash = document.createElement("dd");
          term.textContent = name;
          hash.textContent = value;
          hashes.append(term, hash);
        }
        more.append(summary, hashes);
        item.append(more);
      }
      list.append(item);
    };
  }

  async function run(section) {
    const verdict = section.querySelector("[data-verdict]"), list = section.querySelector("[data-steps]");
    const conclude = (state, sentence) => { section.dataset.state = state; verdict.textContent = sentence; };
    list.replaceChildren();
    if (!globalThis.crypto?.subtle) {
      conclude("unknown", "Votre navigateur ne vérifie qu’à une adresse sûre (https) : téléchargez la preuve.");
      return;
    }
    try {
      const response = await fetch(section.dataset.proof, { headers: { Accept: "application/json" } });
      if (!response.ok || response.redirected) throw new TypeError("no answer");
      const found = await verify(await response.json(), document.getElementById(section.dataset.of), stepWriter(list));
      if (!found.whole) conclude("unknown", "Inscrit au registre ; la signature reste à vérifier.");
      else if (found.content === "unverified") conclude("unknown", "L’en-tête est vérifié ; le contenu que montre cette page ne l’est pas.");
      else conclude("proven", describeVerdict(found));
    } catch (error) {
      if (error instanceof VerificationError) conclude("refused", `Pas prouvé : ${error.message}.`);
      else conclude("unknown", "La preuve n’a pas pu être demandée : réessayez dans un instant.");
    }
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-proof]").forEach(run));
})();
