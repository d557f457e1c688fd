"""A free loopback port, asked of the system on either interpreter."""

import socket


def free_port():
    """Return a port that was free a moment ago."""
    if not hasattr(socket, "getaddrinfo") or not hasattr(socket.socket, "getsockname"):
        return _free_by_trying()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    return port


def _free_by_trying():
    # MicroPython's sockets do not tell their own name; the ticks spread the first guess.
    import time

    port = 20000 + time.ticks_us() % 12000
    while True:
        listener = socket.socket()
        try:
            listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            return port
        except OSError:
            port = 20000 + (port - 19999) % 12000
        finally:
            listener.close()
