"""Starts a program that ends when its parent does; run by path, before anything of ours can be imported.

    python -I -S launch.py <pid of the parent> <lock file> <program> [arguments]

On Linux the kernel sends SIGTERM to the program as soon as the thread that started it is gone, `kill -9` of the
parent included, so a Mosquitto still saves what it holds. Elsewhere only an orderly end of the parent ends it.
The lock stays with the program: a successor waits here until its predecessor has let go of their common files.
"""

import ctypes
import fcntl
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, lock: str, command: list[str]) -> None:
    """Become `command`, bound to the life of `parent`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent was gone before its child began")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.set_inheritable(descriptor, True)
    os.execv(command[0], command)  # noqa: S606 - a shell is what must not be between


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
