// The picture of a view: what stands in its boxes at a step, and what is marked.

function mount(index) {
  const view = opened(index);
  const upright = isUpright() && $(`tall-${index}`);
  const svg = (upright || $(`picture-${index}`)).content.firstElementChild.cloneNode(true);
  const frame = (svg.getAttribute("viewBox") || "").split(/[\s,]+/).map(Number);
  const [left, top, width, height] = frame.length === 4 ? frame
    : [0, 0, parseFloat(svg.getAttribute("width")) || 100, parseFloat(svg.getAttribute("height")) || 100];
  for (const name of ["viewBox", "width", "height", "style"]) svg.removeAttribute(name);
  const moved = document.createElementNS(SVG, "g");
  moved.id = "ui-camera";
  moved.append(...svg.childNodes);
  svg.append(moved);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", word("picture", { what: view.title || view.tab || story.title }));
  picture = { svg, moved, upright: Boolean(upright), left, top, width, height, boxes: new Map(), arrows: new Map(), shown: new Map(), lit: [] };
  for (const element of svg.querySelectorAll("g[id]")) {
    const entry = view.entry.get(element.id);
    if (entry) {
      const lines = [...element.querySelectorAll("text")];
      picture.boxes.set(element.id, { element, lines, first: lines.map((line) => line.textContent), shares: [...element.querySelectorAll("[data-line]")] });
      for (const line of lines) if (isWaiting(line.textContent)) line.classList.add("waiting");
      element.classList.toggle("opens", inside(element.id, view) !== undefined);
      element.classList.add("box");
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
    } else if (/^e/.test(element.id)) {
      picture.arrows.set(element.id, element);
      element.classList.add("arrow");
    }
  }
  // No gradient is asked of a constant, so no arrow points back to it.
  for (const element of picture.arrows.values())
    element.classList.toggle("unasked", view.entry.get(element.dataset.tail)?.grad === "—");
  for (const name of picture.boxes.keys()) describe(name);
  $("picture").replaceChildren(svg);
  $("picture").classList.toggle("calm", picture.boxes.size <= 150);
  for (const box of picture.boxes.values()) box.frame = frameOf(box.element);
  free = false;
  showSamples();
}

const isUpright = () => window.innerHeight > 1.2 * window.innerWidth;

function frameOf(element) {
  const { x, y, width, height } = element.getBBox();
  return { x, y, width, height };
}

function describe(name) {
  const box = picture.boxes.get(name);
  const lines = box.lines.map((line) => line.textContent.replace("·", word("not yet"))).filter(Boolean);
  box.element.setAttribute("aria-label", lines.join(", "));
}

// What stands in the boxes at a step: the fills of all steps up to it.
function fillsAt(view, last, asked) {
  const fills = new Map();
  for (let number = 0; number <= last; number++) {
    if (number === last && asked) break;
    for (const fill of view.steps[number].fills) fills.set(`${fill.box} ${fill.line}`, fill);
  }
  return fills;
}

// After the update, gradients are those of the pass before it.
const isOld = (line) => Number(line) !== VALUE && step().phase === "again" && !now.asked;

function showFills(view) {
  const fills = fillsAt(view, now.step, now.asked);
  const latest = new Set(step().fills.map((fill) => `${fill.box} ${fill.line}`));
  const wanted = new Map();
  for (const [place, fill] of fills)
    wanted.set(place, { text: fill.text, mark: latest.has(place) ? "new" : isOld(split(place)[1]) ? "old" : "" });
  if (now.asked)
    for (const place of latest) wanted.set(place, { text: `${letter(place)}?`, mark: "asked" });
  const changed = new Set();
  const put = (place, text, mark) => {
    const [name, line] = split(place);
    const target = picture.boxes.get(name)?.lines[line];
    if (!target) return;
    if (target.textContent !== text) { target.textContent = text; squeeze(target); changed.add(name); }
    target.classList.remove("waiting", "new", "asked", "old");
    const look = isWaiting(text) ? "waiting" : mark;
    if (look) target.classList.add(look);
  };
  for (const place of picture.shown.keys())
    if (!wanted.has(place)) {
      const [name, line] = split(place);
      put(place, picture.boxes.get(name)?.first[line] ?? "", "");
    }
  for (const [place, { text, mark }] of wanted) {
    const before = picture.shown.get(place);
    if (!before || before.text !== text || before.mark !== mark) put(place, text, mark);
  }
  for (const [name, { shares }] of picture.boxes)
    for (const element of shares) {
      const place = `${name} ${element.dataset.line}`;
      showShare(element, wanted.get(place), fills.get(place));
    }
  picture.shown = wanted;
  picture.fills = fills;
  changed.forEach(describe);
}

// A bar, a shade or an image, which would give a number away: seen when its line is written.
function showShare(element, shown, fill) {
  const isKnown = Boolean(shown) && shown.mark !== "asked" && !isWaiting(shown.text);
  element.classList.toggle("unknown", !isKnown);
  if (!isKnown || fill?.share === undefined) return;
  if (element.dataset.full) return element.setAttribute("width", element.dataset.full * Math.abs(fill.share));
  element.style.fillOpacity = 0.45 * Math.abs(fill.share); // below a text
  element.style.fill = `var(--${fill.share < 0 ? "negative" : "positive"})`;
}

// A number that is longer than its place is set closer together.
function squeeze(line) {
  const wide = Number(line.dataset.wide);
  if (wide && [...line.textContent].length * 12.2 > wide) {
    line.setAttribute("textLength", wide);
    line.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else line.removeAttribute("textLength");
}

function split(place) {
  const cut = place.lastIndexOf(" ");
  return [place.slice(0, cut), Number(place.slice(cut + 1))];
}

function letter(place) {
  const [name, line] = split(place);
  return /^[vg] /.exec(picture.boxes.get(name)?.first[line] ?? "")?.[0] ?? "";
}

// Marks of this step, and the trail that its phase has left on the arrows.
function showMarks(view) {
  for (const [element, names, strength] of picture.lit) {
    element.classList.remove(...names);
    if (strength) element.style.removeProperty("--strength");
  }
  picture.lit = [];
  const light = (element, names, strength) => {
    if (!element) return;
    element.classList.add(...names);
    if (strength) element.style.setProperty("--strength", strength);
    picture.lit.push([element, names, strength]);
  };
  const here = step();
  picture.carried = new Map();
  for (let number = now.step - 1; number >= 0 && view.steps[number].phase === here.phase; number--)
    for (const one of view.steps[number].carried)
      if (!picture.carried.has(one.arrow)) {
        picture.carried.set(one.arrow, one);
        light(picture.arrows.get(one.arrow), ["done", one.sign || "plain"], one.strength);
      }
  const flows = here.carried.length ? here.carried : arrowsInto(here);
  for (const one of flows) {
    const element = picture.arrows.get(one.arrow);
    if (!element) continue;
    element.classList.remove("done", "positive", "negative", "zero", "alarm", "wrong");
    light(element, ["now", (!isSecret() && one.sign) || "used"], isSecret() ? 0 : one.strength);
    if (one.text && !isSecret()) picture.carried.set(one.arrow, one);
  }
  light(picture.boxes.get(here.box)?.element, ["now"]);
  for (const source of here.sources) light(picture.boxes.get(source)?.element, ["source"]);
  const hits = new Set(found.filter((hit) => hit.view === now.view).map((hit) => hit.box));
  for (const name of hits) light(picture.boxes.get(name)?.element, ["hit"]);
  if (chosen) light(picture.boxes.get(chosen)?.element, ["chosen"]);
  picture.svg.classList.toggle("why", Boolean(way));
  if (way) {
    const all = [...picture.arrows.values()]; // in which a number is a place
    const arrows = way.arrows.map((one) => (typeof one === "number" ? all[one] : picture.arrows.get(one)));
    const boxes = way.boxes ?? arrows.flatMap(({ dataset }) => [dataset.tail, dataset.head]);
    for (const name of boxes) light(picture.boxes.get(name)?.element, ["way"]);
    for (const arrow of arrows) light(arrow, ["way"]);
  }
}

// What flows back is what is asked for; what flows forth is known, and only the result is asked.
const isSecret = () => now.asked && step().phase === "backward";

function arrowsInto(here) {
  if (!here.sources.length) return [];
  const from = new Set(here.sources), flows = [];
  for (const [name, element] of picture.arrows) {
    const { tail, head } = element.dataset;
    const forward = head === here.box && from.has(tail);
    if (forward || (tail === here.box && from.has(head))) flows.push({ arrow: name, text: "", sign: "", strength: 0 });
  }
  return flows;
}
