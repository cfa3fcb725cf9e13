// A ranking is ordered by dragging its lines, or by the buttons of each line; the numbers that are sent follow. Without
// this script the numbers are typed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const list of document.querySelectorAll("[data-ranking]")) orderByHand(list);
});

function orderByHand(list) {
  const lines = () => [...list.querySelectorAll(".rank-line")];
  const numberOf = (line) => Number.parseInt(line.querySelector("input").value, 10);
  const live = document.createElement("p");
  [live.className, live.ariaLive] = ["facts", "polite"];
  list.after(live);

  for (const line of lines()) {
    const input = line.querySelector("input"), name = line.querySelector("label").textContent, place = document.createElement("span");
    place.className = "place";
    place.setAttribute("aria-hidden", "true");
    line.prepend(place);
    for (const [text, step, label] of [["↑", -1, "Monter"], ["↓", 1, "Descendre"]]) {
      const button = document.createElement("button");
      [button.type, button.className, button.textContent] = ["button", "quiet move", text];
      button.setAttribute("aria-label", `${label} : ${name}`);
      button.addEventListener("click", () => {
        const all = lines(), to = all.indexOf(line) + step;
        if (to < 0 || to >= all.length) return;
        if (step < 0) all[to].before(line);
        else all[to].after(line);
        button.focus();
        renumber(`${name} : ${to + 1} sur ${all.length}`);
      });
      line.append(button);
    }
    input.hidden = true;
    place.addEventListener("pointerdown", (event) => drag(line, event));
  }

  // In the order of the numbers that are there: recorded, typed, or of a draft that has just come back.
  const arrange = () => {
    const ordered = lines().map((line, at) => [Number.isNaN(numberOf(line)) ? Infinity : numberOf(line), at, line]);
    ordered.sort(([rank, at], [otherRank, otherAt]) => rank - otherRank || at - otherAt);
    list.append(...ordered.map(([, , line]) => line));
    number();
  };
  const number = () => lines().forEach((line, at) => {
    line.querySelector("input").value = at + 1;
    line.querySelector(".place").textContent = `⠿ ${at + 1}`;
  });
  const renumber = (said) => {
    number();
    live.textContent = said;
    list.dispatchEvent(new Event("input", { bubbles: true })); // the draft is kept
  };

  function drag(line, event) {
    event.preventDefault();
    list.setPointerCapture(event.pointerId); // not the line, which is moved
    line.classList.add("dragged");
    const move = ({ clientY }) => {
      const others = lines().filter((each) => each !== line);
      const before = others.find((each) => { const box = each.getBoundingClientRect(); return clientY < box.top + box.height / 2; });
      if (before ? line.nextElementSibling !== before : list.lastElementChild !== line) before ? before.before(line) : list.append(line);
    };
    const end = () => {
      line.classList.remove("dragged");
      list.removeEventListener("pointermove", move);
      renumber(`${line.querySelector("label").textContent} : ${lines().indexOf(line) + 1} sur ${lines().length}`);
    };
    list.addEventListener("pointermove", move);
    list.addEventListener("lostpointercapture", end, { once: true });
  }

  list.dataset.ordered = "";
  arrange();
}
