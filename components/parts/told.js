// What the server tells every open board at once: events of the page's socket, encoded once for all of them.

const LOOK_AGAIN_MS = 10;

// Calls handlers by the name of their event from now on; gives the function that ends it.
export function listen(handlers) {
  const each = (act) => Object.entries(handlers).forEach(([event, handler]) => act(event, handler));
  let ended = false;
  const begin = () => {
    if (ended) return;
    // The page makes its socket right after mounting us, so that the first look finds it before it has connected.
    if (!window.socket) setTimeout(begin, LOOK_AGAIN_MS);
    else each((event, handler) => window.socket.on(event, handler));
  };
  queueMicrotask(begin);
  return () => {
    ended = true;
    each((event, handler) => window.socket?.off(event, handler));
  };
}
