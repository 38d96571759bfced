// Finding boxes by name, in all views.

let found = [], hit = -1;

function search() {
  const text = $("search").value.trim().toLowerCase();
  found = [];
  hit = -1;
  if (text) {
    const order = views.map((_, index) => index).sort((a, b) => (b === now.view) - (a === now.view) || a - b);
    for (const index of order)
      for (const entry of opened(index).entries)
        if (entry.name.toLowerCase().includes(text)) found.push({ view: index, box: entry.box });
    found.sort((a, b) => isExact(b, text) - isExact(a, text) || (b.view === now.view) - (a.view === now.view));
  }
  $("found").textContent = !text ? "" : found.length ? word("found", { count: found.length }) : word("none");
  showMarks(current());
}

const isExact = (one, text) => views[one.view].entry.get(one.box).name.toLowerCase() === text;

function nextHit(by) {
  if (!found.length) return;
  hit = (hit + by + found.length) % found.length;
  const { view, box } = found[hit];
  open(view);
  $("found").textContent = word("hit", { place: hit + 1, count: found.length });
  showBox(box);
}
