// The legend, light and dark, full screen, and what is told under the mouse.

function showSamples() {
  const kinds = new Set(), signs = new Set();
  for (const { element } of picture.boxes.values()) for (const kind of KINDS) if (element.classList.contains(kind)) kinds.add(kind);
  for (const one of current().steps) for (const { sign } of one.carried) if (SIGNS.includes(sign)) signs.add(sign);
  const samples = KINDS.filter((kind) => kinds.has(kind)).map((kind) => sample(`box ${kind}`, word(`kind.${kind}`), kind));
  if ([...picture.boxes.values()].some(({ element }) => element.classList.contains("root"))) samples.push(sample("box root operation", word("kind.root"), "operation"));
  for (const sign of SIGNS) if (signs.has(sign)) samples.push(sample(`arrow done ${sign}`, word(`sign.${sign}`)));
  samples.push(make("span", {}, word("letters")));
  const told = [...picture.boxes.values()].flatMap(({ first }) => first.slice(VALUE));
  if (told.some(isWaiting)) samples.push(make("span", {}, word("waiting")));
  if (current().entries.some(({ grad }) => grad === "—")) samples.push(make("span", {}, word("unasked")));
  $("samples").replaceChildren(...samples);
}

function sample(names, text, kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 44 23");
  svg.setAttribute("class", names);
  svg.setAttribute("aria-hidden", "true");
  const looks = $("looks").content.firstElementChild;
  svg.append(...looks.querySelector(`#look-${kind ?? "arrow"}`).cloneNode(true).childNodes);
  return make("span", {}, svg, text);
}

// In the corner where it hides the fewest boxes; closed where it would hide some.
let samplesWanted = window.innerWidth > 700;
function placeSamples() {
  const box = $("samples"), { width, height } = stageSize();
  box.hidden = !samplesWanted;
  $("legend").setAttribute("aria-pressed", samplesWanted);
  if (!samplesWanted) return;
  const gap = 12;
  let best = null;
  for (const rows of [13, 5, 4, 3, 2]) {
    box.style.setProperty("--rows", rows);
    const [w, h] = [box.offsetWidth, box.offsetHeight];
    for (const [x, y] of [[gap, height - h - gap], [width - w - gap, gap], [gap, gap], [width - w - gap, height - h - gap - 48], [(width - w) / 2, height - h - gap], [(width - w) / 2, gap]]) {
      let cost = 0;
      const zoom = $("fit").parentElement;
      if (x + w > zoom.offsetLeft - 6 && x < zoom.offsetLeft + zoom.offsetWidth && y + h > zoom.offsetTop - 6 && y < zoom.offsetTop + zoom.offsetHeight) cost += 1e5;
      for (const { frame } of picture.boxes.values()) {
        const fx = frame.x * camera.k + camera.x, fy = frame.y * camera.k + camera.y;
        const across = Math.min(x + w + 6, fx + frame.width * camera.k) - Math.max(x - 6, fx);
        const down = Math.min(y + h + 6, fy + frame.height * camera.k) - Math.max(y - 6, fy);
        if (across > 0 && down > 0) cost += across * down;
      }
      if (box.scrollWidth > box.clientWidth + 1 || w > width - 2 * gap || h > height - 2 * gap) cost += 1e6;
      if (!best || cost < best.cost - 1) best = { cost, x, y, rows };
    }
  }
  box.style.setProperty("--rows", best.rows);
  box.style.left = `${best.x}px`;
  box.style.top = `${best.y}px`;
  if (best.cost > 0 && !samplesAsked) { box.hidden = true; $("legend").setAttribute("aria-pressed", false); }
}

let samplesAsked = false;
function toggleSamples() {
  const shown = !$("samples").hidden;
  samplesWanted = !shown;
  samplesAsked = samplesWanted;
  placeSamples();
}

const isDark = () => (document.documentElement.dataset.theme === "auto" ? darkness.matches : document.documentElement.dataset.theme === "dark");

function showTheme() { $("theme").textContent = word(isDark() ? "light" : "dark"); }

function fullScreen() {
  const refused = () => say(word("full screen refused"));
  if (document.fullscreenElement) return document.exitFullscreen();
  if (!document.fullscreenEnabled) return refused();
  return document.documentElement.requestFullscreen().catch(refused);
}

function say(text) {
  $("hint").textContent = text;
  $("live").textContent = text;
}

let pointing = 0;
function tip(element, x, y) {
  clearTimeout(pointing);
  $("tip").hidden = true;
  if (!element) return;
  pointing = setTimeout(() => {
    const text = exactly(element);
    if (!text) return;
    const box = $("tip"), { width, height } = stageSize();
    box.textContent = text;
    box.hidden = false;
    const [left, top] = beside(element, x, y, box.offsetWidth, box.offsetHeight, width, height);
    box.style.left = `${Math.max(4, Math.min(left, width - box.offsetWidth - 6))}px`;
    box.style.top = `${Math.max(4, Math.min(top, height - box.offsetHeight - 4))}px`;
  }, 250);
}

// Below, above or beside the box that it is about, and never on it, if there is room.
function beside(element, x, y, w, h, width, height) {
  const known = picture.boxes.get(element.id);
  const at = known ? onScreen(known.frame) : { x, y: y - 10, width: 0, height: 24 };
  const gap = 8, across = Math.max(at.x, Math.min(x + 14, at.x + at.width));
  if (at.y + at.height + gap + h <= height) return [across, at.y + at.height + gap];
  if (at.y - gap - h >= 0) return [across, at.y - gap - h];
  if (at.x + at.width + gap + w <= width) return [at.x + at.width + gap, y + 18];
  if (at.x - gap - w >= 0) return [at.x - gap - w, y + 18];
  return [x + 14, y + 18];
}

function exactly(element) {
  const entry = current().entry.get(element.id);
  if (!entry) return picture.carried?.get(element.id)?.text ?? "";
  const lines = [`${entry.name}: ${entry.what}`];
  for (const [line, head, exact] of [[VALUE, word("value"), entry.exact_value], [GRADIENT, word("gradient"), entry.exact_grad]]) {
    const fill = picture.fills?.get(`${entry.box} ${line}`);
    const written = current().steps.some((one) => one.fills.some((one) => one.box === entry.box && one.line === line));
    const text = fill ? fill.exact || fill.text.replace(/^[vg] /, "") : written ? word("not yet") : exact;
    if (text) lines.push(`${head} ${text}`);
  }
  if (entry.source) lines.push(entry.source);
  return lines.join("\n");
}
