"""The settings of this host, or one sentence about what is wrong with them."""

from tomllib import TOMLDecodeError
from typing import Any

from pydantic import ValidationError

from app.terminal import refuse
from backend.settings import HostSettings


def host_settings(*, deed: str = "start", **given: Any) -> HostSettings:
    """Read the settings; what is `given` and not None wins. Ends the process with exit code 2 where they are wrong."""
    try:
        return HostSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as bad:
        first = bad.errors()[0]
        refuse(f"setting {'.'.join(map(str, first['loc']))}: {first['msg']}", deed=deed)
    except OSError as unreadable:
        refuse(f"scale-sense.toml cannot be read ({unreadable.strerror}): look at its permissions", deed=deed)
    except (TOMLDecodeError, UnicodeDecodeError) as bad_file:
        refuse(f"scale-sense.toml cannot be read ({bad_file}): mend it, see scale-sense.toml.example", deed=deed)
