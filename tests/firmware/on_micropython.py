"""Runs the named tests of one suite on this interpreter; each answers with one line of JSON after "> "."""

import io
import json
import sys


def main(suite, address, names):
    """Import the suite and run its functions one after the other."""
    here = __file__.rsplit("/", 1)[0]
    sys.path.insert(0, here)
    sys.path.insert(0, here.rsplit("/", 2)[0])
    module = __import__(suite)
    for name in names:
        print("> " + json.dumps(run(name, getattr(module, name), address)))


def run(name, function, address):
    """Return {test, ok, error} of one function; it gets the broker where it does not work without."""
    try:
        # MicroPython cannot tell a function's parameters, so the names of those with a broker say so.
        function(address) if name.endswith("_broker") else function()
    except Exception as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        return {"test": name, "ok": False, "error": text.getvalue()}
    return {"test": name, "ok": True, "error": ""}


main(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:])
