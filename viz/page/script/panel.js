// What stands beside the picture: all that is known of a box, the table, or the keys.

function openPanel(kind, title, ...children) {
  const changed = panel !== kind;
  panel = kind;
  const head = make("div", { class: "head" }, make("h2", {}, title),
    make("button", { type: "button", "aria-label": word("close"), title: word("close hint"), click: closePanel }, "✕"));
  $("panel").replaceChildren(head, ...children);
  $("panel").hidden = false;
  $("panel").classList.toggle("wide", kind === "table");
  $("table").setAttribute("aria-expanded", kind === "table");
  $("help").setAttribute("aria-expanded", kind === "help");
  if (changed) { free = false; resized(); }
}

function closePanel() {
  const inside = $("panel").contains(document.activeElement);
  const last = { table: $("table"), help: $("help"), box: picture?.boxes.get(chosen)?.element }[panel];
  panel = "";
  chosen = looked = "";
  way = null;
  $("panel").hidden = true;
  $("table").setAttribute("aria-expanded", false);
  $("help").setAttribute("aria-expanded", false);
  showMarks(current());
  resized();
  if (inside) last?.focus();
}

// Nothing is told that the steps have not shown yet.
const isHidden = (name, line) => (current().known.get(`${name} ${line}`) ?? -1) > now.step - (now.asked ? 1 : 0);

const isAsked = (name, line) => now.asked && step().fills.some((fill) => fill.box === name && fill.line === line);

function orNotYet(name, line, text) {
  if (!isHidden(name, line)) return text;
  if (isAsked(name, line)) return "?";
  return picture.fills.get(`${name} ${line}`)?.text.replace(/^[vg] /, "") ?? "·"; // a sum so far
}

// A number that the update has changed: what it is now; empty for others.
function changed(entry) {
  const text = picture.fills.get(`${entry.box} ${VALUE}`)?.text.replace(/^[vg] /, "");
  return text && entry.value && text !== entry.value && !isHidden(entry.box, VALUE) && ["update", "again"].includes(step().phase) ? text : "";
}

function showBox(name, again = false) {
  const view = current(), entry = view.entry.get(name);
  if (!entry) return;
  const focused = again && $("panel").contains(document.activeElement) ? document.activeElement.textContent : null;
  if (chosen !== name) way = null;
  chosen = name;
  const noValue = isHidden(name, VALUE), noGrad = isHidden(name, GRADIENT);
  const parts = [];
  const section = (title, ...lines) => parts.push(make("h3", {}, title), ...lines);
  const exact = (text) => make("p", { class: "exact" }, text);
  parts.push(make("p", {}, entry.what));
  const inner = inside(name);
  if (inner !== undefined)
    parts.push(make("div", { class: "row" }, make("button", { type: "button", class: "inward", click: () => open(inner) }, word("look inside"))));
  const renewed = changed(entry), old = step().phase === "again";
  if (renewed) section(word("value now"), make("p", { class: "sum" }, renewed));
  section(word(renewed ? "value before" : "value"), make("p", { class: "sum" }, orNotYet(name, VALUE, entry.formula || entry.value)), ...(noValue ? [] : [exact(entry.exact_value)]));
  section(word(old && entry.grad !== "—" ? "gradient before" : "gradient"), make("p", { class: "sum" }, orNotYet(name, GRADIENT, entry.total || entry.grad)), ...(noGrad || !entry.exact_grad ? [] : [exact(entry.exact_grad)]));
  if (entry.nudge && !noGrad) section(word("nudge"), make("p", {}, entry.nudge));
  if (entry.paths.length && !noGrad)
    section(word("paths"),
      make("ol", {}, ...entry.paths.map((path) => make("li", {}, make("button", {
        type: "button", class: "path", "aria-pressed": way === path ? "true" : "false",
        click: () => { way = way === path ? null : path; showMarks(current()); showCarried(); showBox(chosen, true); },
      }, path.text)))), make("p", {}, entry.covered));
  if (entry.source) section(word("source"), exact(entry.source));
  const row = make("div", { class: "row" });
  for (const [key, line] of [["step of value", VALUE], ["step of gradient", GRADIENT]]) {
    const number = view.steps.findIndex((one) => one.fills.some((fill) => fill.box === name && fill.line === line));
    if (number >= 0) row.append(make("button", { type: "button", click: () => { stop(); go(number, { asked: predicting }); } }, word(key, { step: number + 1 })));
  }
  if (row.firstChild) parts.push(row);
  openPanel("box", entry.name, ...parts);
  showMarks(view);
  if (!again) { looked = name; follow(); } // which may have been found by its name, out of sight
  if (focused !== null)
    ([...$("panel").querySelectorAll("button")].find((button) => button.textContent === focused) ?? $("panel")).focus();
}

function showTable() {
  const view = current();
  const rows = view.entries.map((entry) => make("tr", { "data-box": entry.box },
    make("th", { scope: "row" }, make("button", { type: "button", click: () => showBox(entry.box) }, entry.name)),
    make("td", {}, entry.what),
    make("td", { class: "number" }), make("td", { class: "number" })));
  const head = make("tr", {}, ...["name", "what", "value", "gradient"].map((key, index) => make("th", { scope: "col", class: index > 1 ? "number" : false }, word(key))));
  openPanel("table", word("all"), make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
  markRow();
}

function markRow() {
  const fillIn = (cell, entry, line, text, exact) => {
    cell.textContent = orNotYet(entry.box, line, text);
    cell.title = isHidden(entry.box, line) ? "" : exact;
  };
  for (const row of $("panel").querySelectorAll("tr[data-box]")) {
    const entry = current().entry.get(row.dataset.box), is = entry.box === step().box;
    fillIn(row.cells[2], entry, VALUE, entry.value, entry.exact_value);
    if (changed(entry)) [row.cells[2].textContent, row.cells[2].title] = [changed(entry), word("before", { value: entry.value })];
    fillIn(row.cells[3], entry, GRADIENT, entry.grad, entry.exact_grad);
    row.cells[3].classList.toggle("old", step().phase === "again");
    row.classList.toggle("now", is);
    if (is && !$("panel").contains(document.activeElement)) bringInto($("panel"), row);
  }
}

const KEYS = ["next", "back", "ends", "play", "close", "out", "backward", "predict", "table", "legend", "theme", "full", "find", "zoom", "help"];

function showHelp() {
  const list = make("dl", {});
  for (const name of KEYS) {
    const text = word(`key.${name}`), cut = text.indexOf(": ");
    list.append(make("dt", {}, text.slice(0, cut)), make("dd", {}, text.slice(cut + 2)));
  }
  const box = make("input", { type: "checkbox", id: "ui-letters" });
  box.checked = letters;
  box.addEventListener("change", () => { letters = box.checked; });
  openPanel("help", word("keys"), list,
    make("label", {}, box, word("letters are keys")),
    make("p", {}, word("keys more")));
}

function toggle(kind, show) {
  if (panel === kind) closePanel();
  else { show(); $("panel").focus({ preventScroll: true }); }
}
