// What a person chose for this screen, kept in the browser: order of taps and density.

const PREFIX = "scale-sense-";
const PHONE_BELOW = 700;
const WALL_UP_TO = 1366;

// The first of the choices stands where none was kept, or something that is no choice.
export function kept(name, choices) {
  try {
    const value = localStorage.getItem(PREFIX + name);
    return choices.includes(value) ? value : choices[0];
  } catch {
    return choices[0]; // storage may be forbidden; the board works without it
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // the choice then lasts as long as the page
  }
  return value;
}

// A phone is narrow, a tablet is touched or small, a wall television has no pointer: what is left is a desk.
export function usualDensity() {
  if (window.innerWidth < PHONE_BELOW) return "phone";
  const desk = window.innerWidth > WALL_UP_TO && matchMedia("(pointer: fine)").matches;
  return kept("density", desk ? ["desk", "wall"] : ["wall", "desk"]);
}
