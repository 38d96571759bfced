// What flows along an arrow now, as text beside it.

// The text on the arrow of this step, where it hides as little as possible.
function showCarried() {
  const labels = [];
  if (picture.carried && !way)
    for (const one of step().carried.slice(0, 12)) {
      const line = picture.arrows.get(one.arrow)?.querySelector("path.line, path, line, polyline");
      if (!line || (!one.text && !isSecret())) continue;
      // Several share the room: each shows what it brings, and the band shows how.
      const text = isSecret() ? "?" : step().carried.length > 1 ? resultOf(one.text) : one.text;
      labels.push([make("span", { class: `carried ${isSecret() ? "" : one.sign}` }, inTwoLines(text)), line]);
    }
  $("overlay").replaceChildren(...labels.map(([label]) => label));
  const taken = [];
  for (const box of [$("samples"), $("in").parentElement])
    if (!box.hidden) taken.push({ x: box.offsetLeft, y: box.offsetTop, width: box.offsetWidth, height: box.offsetHeight, weight: 8 });
  for (const [label, line] of labels) put(label, line, taken);
}

function inTwoLines(text) {
  const cut = Math.max(text.lastIndexOf(" = "), text.lastIndexOf(" ≈ "));
  return cut > 8 ? `${text.slice(0, cut)}\n${text.slice(cut + 1)}` : text;
}

// Where a text may stand beside its arrow, in halves of its width and in its height.
const AROUND = [0, -0.75, 0.75, -1.25, 1.25, -2, 2, -3, 3].map((down) => [0, down])
  .concat([-1, 1, -2, 2].flatMap((right) => [0, -0.6, 0.6, -1.2, 1.2, -2, 2].map((down) => [right, down])));

// With all of its text, or with the result alone where that hides less.
function put(label, line, taken) {
  const busy = new Set([step().box, ...step().sources]);
  const rects = [...picture.boxes].map(([name, { frame }]) => ({
    name, ...onScreen(frame), weight: busy.has(name) ? 8 : 4,
  })).concat(taken);
  let best = bestPlace(label, line, rects);
  if (!best) return label.remove();
  if (best.hidden > 400 || best.covers) {
    const all = label.textContent;
    label.textContent = resultOf(all);
    const short = bestPlace(label, line, rects);
    if (short.covers < best.covers || short.hidden < best.hidden / 2) best = short;
    else label.textContent = all;
  }
  if (best.covers) return label.remove(); // the band says it
  label.style.transform = `translate(${best.x}px, ${best.y}px)`;
  lead(label, best);
  taken.push({ ...best, weight: 8 });
}

const resultOf = (text) => text.split(/\s[=≈] /).at(-1);

function bestPlace(label, line, rects) {
  const { width, height } = stageSize();
  const [w, h] = [label.offsetWidth, label.offsetHeight];
  const length = line.getTotalLength ? line.getTotalLength() : 0;
  let best = null;
  for (const part of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
    const point = line.getPointAtLength(length * part);
    const [px, py] = [point.x * camera.k + camera.x, point.y * camera.k + camera.y];
    if (px < 0 || py < 0 || px > width || py > height) continue; // out of sight
    for (const [right, down] of AROUND) {
      const x = Math.min(Math.max(px - w / 2 + right * (w / 2 + 8), 4), width - w - 4);
      const y = Math.min(Math.max(py - h / 2 + down * h, 4), height - h - 4);
      const [ex, ey] = [Math.min(Math.max(px, x + 8), x + w - 8), Math.min(Math.max(py, y), y + h)];
      const [mx, my] = [(ex + px) / 2, (ey + py) / 2]; // of the dotted line
      let hidden = 0, covers = 0;
      for (const r of rects) {
        const across = Math.min(x + w + 4, r.x + r.width) - Math.max(x - 4, r.x);
        const under = Math.min(y + h + 4, r.y + r.height) - Math.max(y - 4, r.y);
        if (across > 0 && under > 0) {
          hidden += across * under * r.weight;
          if (r.name && wordsOf(r.name).some((t) => x < t.x + t.width && t.x < x + w && y < t.y + t.height && t.y < y + h)) covers++;
        }
        if (mx > r.x && mx < r.x + r.width && my > r.y && my < r.y + r.height) hidden += 500 * r.weight;
      }
      const cost = covers * 1e6 + hidden + Math.abs(part - 0.5) * 200 + Math.hypot(x + w / 2 - px, y + h / 2 - py) * 4;
      if (!best || cost < best.cost) best = { x, y, width: w, height: h, ex, ey, px, py, hidden, covers, cost };
    }
  }
  return best;
}

const onScreen = ({ x, y, width, height }) => ({
  x: x * camera.k + camera.x, y: y * camera.k + camera.y, width: width * camera.k, height: height * camera.k,
});

// Where the lines of a box are on the screen.
function wordsOf(name) {
  const box = picture.boxes.get(name), says = box.lines.map((line) => line.textContent).join("\n");
  if (box.says !== says) {
    box.says = says;
    box.words = box.lines.filter((line) => line.textContent).map(frameOf);
  }
  return box.words.map(onScreen);
}

// A dotted line from a text to its arrow, if they are apart.
function lead(label, { px, py, ex, ey }) {
  const length = Math.hypot(px - ex, py - ey);
  if (length < 4) return;
  const line = make("span", { class: label.className.replace("carried", "leader") });
  line.style.width = `${length}px`;
  line.style.transform = `translate(${ex}px, ${ey}px) rotate(${Math.atan2(py - ey, px - ex)}rad)`;
  $("overlay").append(line);
}
