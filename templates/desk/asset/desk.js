// What the desk does in the browser beyond links and forms. Every page works without it.
//
// One file, no inline code: the Content-Security-Policy allows nothing else. Keys: j k x Enter a r u ?
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const current = () => document.querySelector("[data-row].at");
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // The row one is at: marked, in view, and with the focus on its link, so that Enter is the browser's own.
  const goTo = (row) => {
    if (!row) return;
    rows().forEach((other) => other.classList.toggle("at", other === row));
    const link = row.querySelector("a.open");
    if (link) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    if (all.length === 0) return follow(by > 0 ? "next" : "previous");
    const at = all.indexOf(current());
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    if (to >= 0 && to < all.length) return goTo(all[to]);
    follow(by > 0 ? "next" : "previous");
  };
  const follow = (name) => {
    const link = document.querySelector(`a[data-key="${name}"]`);
    if (link) link.click();
    return Boolean(link);
  };
  const press = (name) => {
    const target = document.querySelector(`[data-key="${name}"]`);
    if (!target) return;
    if (target.matches("details")) {
      target.open = true;
      const field = target.querySelector("input:not([type=hidden]), select, textarea, button");
      if (field) field.focus();
    } else {
      target.click();
    }
  };

  // The selected total: whole fen, added as BigInt and never as a fraction.
  const grouped = (fen) => {
    const sign = fen < 0n ? "-" : "";
    const whole = fen < 0n ? -fen : fen;
    const yuan = String(whole / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${sign}${yuan}.${String(whole % 100n).padStart(2, "0")}`;
  };
  const picks = () => [...document.querySelectorAll("input[data-fen]")];
  const total = () => {
    const bar = document.querySelector("[data-chosen]");
    if (!bar) return;
    const chosen = picks().filter((pick) => pick.checked);
    const sum = chosen.reduce((sum, pick) => sum + BigInt(pick.dataset.fen), 0n);
    bar.querySelector("[data-count]").textContent = String(chosen.length);
    bar.querySelector("[data-sum]").textContent = grouped(sum);
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      picks().forEach((pick) => { pick.checked = event.target.checked; });
    }
    if (event.target.matches("input[data-fen], [data-all]")) total();
  });

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => {
      const pick = current() && current().querySelector("input[data-fen]");
      if (pick) { pick.checked = !pick.checked; total(); }
    },
    a: () => press("assign"),
    r: () => press("propose"),
    u: () => press("undo"),
    "?": () => {
      const help = document.querySelector("dialog[data-help]");
      if (help) help.showModal();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("click", (event) => {
    const help = event.target.closest("[data-opens-help]");
    if (help) KEYS["?"]();
    // A second click on a form's button would send it twice; the server refuses it, but says so.
    const choice = event.target.closest("[data-fills]");
    if (choice) {
      const field = document.getElementById(choice.dataset.fills);
      if (field) {
        const details = field.closest("details");
        if (details) details.open = true;
        field.value = choice.dataset.value;
        field.focus();
      }
    }
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) rows().forEach((other) => other.classList.toggle("at", other === row));
  });
  total();

  // On a narrow screen the menu is a strip: the entry one is at is in view.
  const menu = document.querySelector(".menu");
  const here = menu && menu.querySelector("a[aria-current]");
  if (here) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
})();
