// Which part of the picture is seen, and how large: all of it, or what the step is about.

const stageSize = () => ({ width: $("stage").clientWidth, height: $("stage").clientHeight });

// The hint has a place of its own above the picture.
const above = () => ($("hint").textContent ? $("hint").offsetHeight + 8 : 0);
// On a narrow screen the buttons have theirs below it.
const below = () => (isNarrow() ? $("fit").offsetHeight + 14 : 0);

function fitted() {
  const { width, height: whole } = stageSize();
  const height = whole - above() - below();
  const most = Math.min(LARGEST, Math.max(24, height / 16)) / SIZE;
  const k = Math.min((width - 16) / picture.width, (height - 12) / picture.height, most);
  return { k, x: (width - picture.width * k) / 2 - picture.left * k, y: above() + (height - picture.height * k) / 2 - picture.top * k };
}

function place(next) {
  camera = next;
  picture.moved.style.transform = `translate(${next.x}px, ${next.y}px) scale(${next.k})`;
  $("fit").setAttribute("aria-pressed", whole && next.k * SIZE < LEGIBLE);
  showCarried();
}

// Where all fits legibly it all is shown; else the camera follows the step.
function follow() {
  const all = fitted();
  const least = panel ? SMALL : LEGIBLE; // beside a panel the picture may get smaller
  if (!free && (whole || all.k * SIZE >= least)) return place(all);
  const names = [looked || step().box, step().box, ...step().sources, chosen].filter((name) => picture.boxes.has(name));
  if (!free && !names.length) return place(all);
  const legible = Math.max(all.k, Math.min(24, Math.max(LEGIBLE + 2, stageSize().width / 60)) / SIZE);
  const together = scaleFor(names);
  const k = free ? camera.k : Math.max(all.k, together * SIZE < least ? legible : Math.min(legible, together));
  const next = free ? { ...camera } : at(k, all);
  if (names.length) bringIn(names, next);
  if (!free) keepIn(next);
  place(next);
}

// No empty room on one side while the picture goes on at the other.
function keepIn(next) {
  const { width, height } = stageSize();
  const keep = (offset, start, length, from, to) => {
    const room = to - from - length * next.k;
    if (room >= 0) return from + room / 2 - start * next.k;
    return Math.min(from - start * next.k, Math.max(from + room - start * next.k, offset));
  };
  next.x = keep(next.x, picture.left, picture.width, 0, width);
  next.y = keep(next.y, picture.top, picture.height, above(), height - below());
}

// The present place at scale k, without leaving the picture.
function at(k, all) {
  const { width, height } = stageSize();
  if (camera.k === k) return { ...camera };
  const middle = { x: (width / 2 - camera.x) / camera.k, y: (height / 2 - camera.y) / camera.k };
  return Number.isFinite(middle.x) ? { k, x: width / 2 - middle.x * k, y: height / 2 - middle.y * k } : all;
}

// How large all of some boxes can be seen.
function scaleFor(names) {
  const { width, height } = stageSize();
  const { left, top, right, bottom } = spanOf(names.map((name) => picture.boxes.get(name).frame));
  return Math.min((width - 2 * EDGE) / (right - left), (height - above() - below() - 2 * EDGE) / (bottom - top));
}

const EDGE = 24; // pixels between what is brought in and the edge
const spanOf = (frames) => ({
  left: Math.min(...frames.map((f) => f.x)), right: Math.max(...frames.map((f) => f.x + f.width)),
  top: Math.min(...frames.map((f) => f.y)), bottom: Math.max(...frames.map((f) => f.y + f.height)),
});

function bringIn(names, next) {
  const { width } = stageSize(), height = stageSize().height - below();
  const frames = names.map((name) => picture.boxes.get(name).frame);
  const span = (list) => {
    const { left, top, right, bottom } = spanOf(list);
    return { left: left * next.k, right: right * next.k, top: top * next.k, bottom: bottom * next.k };
  };
  let wanted = span(frames);
  if (wanted.right - wanted.left > width - 2 * EDGE || wanted.bottom - wanted.top > height - 2 * EDGE)
    wanted = span(frames.slice(0, 1)); // what was chosen, or the receiver, at least
  const shift = (low, high, size, offset) => {
    if (low + offset < EDGE || high + offset > size - EDGE) return size / 2 - (low + high) / 2;
    return offset;
  };
  next.x = shift(wanted.left, wanted.right, width, next.x);
  next.y = shift(wanted.top, wanted.bottom, height, next.y);
}

function zoom(factor, x, y) {
  const { width, height } = stageSize();
  const [cx, cy] = [x ?? width / 2, y ?? height / 2];
  const k = Math.min(8, Math.max(fitted().k / 3, camera.k * factor));
  free = true; whole = false;
  place({ k, x: cx - ((cx - camera.x) * k) / camera.k, y: cy - ((cy - camera.y) * k) / camera.k });
}

// All of it until the reader zooms; once more, and the camera follows the step again.
function fit() {
  whole = free || !whole || camera.k !== fitted().k;
  free = false;
  follow();
}
