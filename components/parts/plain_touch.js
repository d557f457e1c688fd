// A touch on a link that is to open something here; one that asks for a new tab or window is left to the browser.

export function plainTouch(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return false;
  }
  event.preventDefault();
  return true;
}
