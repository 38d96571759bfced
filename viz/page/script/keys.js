// Keys, pointers and buttons, and what each does.

const isText = (element) => element instanceof HTMLElement && (element.isContentEditable || element.tagName === "SELECT" || element.tagName === "TEXTAREA"
  || (element.tagName === "INPUT" && !["range", "checkbox", "button"].includes(element.type)));

const MOVES = {
  ArrowRight: () => { stop(); next(); }, PageDown: () => { stop(); next(); }, ArrowLeft: () => { stop(); back(); }, PageUp: () => { stop(); back(); },
  Home: () => { stop(); go(0); }, End: () => { stop(); go(current().steps.length - 1); },
  Backspace: () => { const out = $("out-of"); if (out) out.click(); },
};
const LETTERS = {
  b: () => goToPhase("backward"), p: () => $("predict").click(), t: () => $("table").click(), l: toggleSamples, d: () => $("theme").click(),
  f: fullScreen, "/": () => $("search").focus(), "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "−": () => zoom(0.8), 0: fit, "?": () => $("help").click(),
};

// What a pointer has pressed has the focus, but not the keys: Space plays, or shows the answer.
let pressedLast = null;
document.addEventListener("pointerdown", (event) => { pressedLast = event.target.closest("button, [role=button]"); });

document.addEventListener("keydown", (event) => {
  if (event.key === "Tab") pressedLast = null;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  if (event.key === "Escape") {
    if (target === $("search")) { $("search").value = ""; search(); target.blur(); }
    else if (panel) closePanel();
    else if (!$("tip").hidden) tip(null);
    return;
  }
  if (isText(target)) return;
  if (event.key === " " && pressedLast?.contains(target)) { target.blur(); return stepOrPlay(event); }
  const pressed = target.closest?.("button, a, input[type=checkbox], [role=button]");
  if ((event.key === " " || event.key === "Enter") && pressed) {
    if (pressed.matches(".box")) { event.preventDefault(); choose(pressed.id); }
    return; // a button is pressed by them
  }
  if (target === $("panel") && ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"].includes(event.key)) return; // scrolls
  if (event.key === " ") return stepOrPlay(event);
  let act = MOVES[event.key];
  if (!act && target === $("slider") && /^Arrow/.test(event.key)) act = event.key === "ArrowUp" ? MOVES.ArrowRight : MOVES.ArrowLeft;
  if (!act && letters && event.key.length === 1) act = LETTERS[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});

function stepOrPlay(event) {
  event.preventDefault();
  if (now.asked || predicting) next();
  else play();
}

// The view that a box opens.
function inside(name, view = current()) {
  const key = view.entry.get(name)?.opens;
  const index = key ? views.findIndex((view) => view.key === key) : -1;
  return index < 0 ? undefined : index;
}

function choose(name) {
  if (panel === "box" && chosen === name) closePanel();
  else showBox(name);
}

const pointers = new Map();
let dragged = false;
const spot = (event) => {
  const frame = $("stage").getBoundingClientRect();
  return { x: event.clientX - frame.left, y: event.clientY - frame.top };
};
$("stage").addEventListener("pointerdown", (event) => {
  if (event.button || event.target.closest("button, aside")) return;
  pointers.set(event.pointerId, spot(event));
  dragged = false;
});
window.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const after = spot(event);
  if (!dragged && Math.hypot(after.x - before.x, after.y - before.y) < 5) return;
  if (!dragged) { dragged = true; $("stage").classList.add("moving"); picture.svg.parentElement.classList.remove("calm"); tip(null); }
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  pointers.set(event.pointerId, after);
  free = true; whole = false;
  if (others.length) {
    const still = others[0], ratio = Math.hypot(after.x - still.x, after.y - still.y) / (Math.hypot(before.x - still.x, before.y - still.y) || 1);
    zoom(ratio, (after.x + still.x) / 2, (after.y + still.y) / 2);
  } else place({ k: camera.k, x: camera.x + after.x - before.x, y: camera.y + after.y - before.y });
});
const lift = (event) => {
  if (!pointers.delete(event.pointerId) || pointers.size) return;
  $("stage").classList.remove("moving");
  $("picture").classList.toggle("calm", picture.boxes.size <= 150);
};
window.addEventListener("pointerup", lift);
window.addEventListener("pointercancel", lift);
let pressed = ""; // the box of the last single click, which may have moved by the second, below the panel
window.addEventListener("click", (event) => {
  const within = $("stage").contains(event.target), box = within && event.target.closest(".box");
  if (event.detail === 2) within || pressed ? open(inside(pressed) ?? now.view) : null;
  else if (!dragged && box && picture.boxes.has(box.id)) choose((pressed = box.id));
  else pressed = "";
  dragged = false;
});
$("stage").addEventListener("wheel", (event) => {
  if (framed && !event.ctrlKey) return; // the notebook scrolls
  event.preventDefault();
  const { x, y } = spot(event);
  zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 400), x, y);
}, { passive: false });
$("stage").addEventListener("pointerover", (event) => {
  const element = event.target.closest(".box, .arrow");
  const { x, y } = spot(event);
  if (!pointers.size && element?.id) tip(element, x, y);
  else tip(null);
});
$("stage").addEventListener("pointerleave", () => tip(null));
$("stage").addEventListener("focusin", (event) => {
  const box = picture.boxes.get(event.target.id);
  if (!box || !event.target.matches(":focus-visible")) return;
  const all = fitted();
  if (free || all.k * SIZE < LEGIBLE) { const there = { ...camera }; bringIn([event.target.id], there); place(there); }
  tip(event.target, box.frame.x * camera.k + camera.x, (box.frame.y + box.frame.height) * camera.k + camera.y - 14);
});
$("stage").addEventListener("focusout", () => tip(null));

const clicks = {
  first: MOVES.Home, last: MOVES.End, back: MOVES.ArrowLeft, next: MOVES.ArrowRight, play, in: () => zoom(1.25), out: () => zoom(0.8), fit, reveal: () => next(),
  table: () => toggle("table", showTable), help: () => toggle("help", showHelp), legend: toggleSamples, full: fullScreen,
  theme: () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; showTheme(); },
  predict: () => {
    predicting = !predicting;
    $("predict").setAttribute("aria-pressed", predicting);
    stop();
    go(now.step, { asked: predicting });
    if (panel === "table") showTable();
  },
};
for (const [name, act] of Object.entries(clicks)) $(name).addEventListener("click", act);
$("slider").addEventListener("input", () => { stop(); go(Number($("slider").value) - 1); });
// Chosen with a mouse, a speed would keep the arrow keys for itself.
let pointed = false;
$("speed").addEventListener("pointerdown", () => { pointed = true; });
$("speed").addEventListener("keydown", () => { pointed = false; });
$("speed").addEventListener("change", () => { if (pointed) $("speed").blur(); });
$("search").addEventListener("input", search);
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); nextHit(event.shiftKey ? -1 : 1); }
});
window.addEventListener("hashchange", fromHash);
darkness.addEventListener("change", showTheme);

function resized() {
  if (!picture) return;
  reserve();
  if (picture.upright !== Boolean(isUpright() && $(`tall-${now.view}`))) {
    mount(now.view);
    showFills(current());
    showMarks(current());
  }
  showBand();
  follow();
  placeSamples();
}
new ResizeObserver(resized).observe($("stage"));
