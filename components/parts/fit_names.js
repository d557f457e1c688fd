// Names of beers that are wider than their tile are condensed, or set on two smaller lines, until they are whole.

const NARROWEST = 0.78;
const SQUEEZED = "ss-beer-squeezed";
const LINES = ["ss-beer-two", "ss-beer-small"];

// Looks at every name under `root` once; to be called when a name or the shape of the tiles has changed.
export function fitNames(root) {
  for (const beer of root.querySelectorAll(".ss-beer")) fit(beer);
}

function fit(beer) {
  const words = beer.firstElementChild;
  beer.classList.remove(SQUEEZED, ...LINES);
  words.style.transform = "";
  if (!cut(beer)) return;
  if (getComputedStyle(beer).whiteSpace === "nowrap") {
    const ratio = beer.clientWidth / (words.offsetWidth + 1);
    if (ratio >= NARROWEST) {
      words.style.transform = `scaleX(${ratio.toFixed(3)})`;
      beer.classList.add(SQUEEZED);
      return;
    }
  }
  for (const lines of LINES) {
    beer.classList.add(lines);
    if (!cut(beer)) return;
  }
}

function cut(beer) {
  return beer.scrollWidth > beer.clientWidth + 1 || beer.scrollHeight > beer.clientHeight + 3;
}
