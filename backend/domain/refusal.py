"""Why a use case says no: every refusal is named, and its sentence says what to do next."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a crash
    """What was asked cannot be done; the message is a sentence for the person who asked."""


class NotFound(Refusal):
    """Nothing of that id exists, or it belongs to a location the member may not see (same answer)."""


class Forbidden(Refusal):
    """The member sees the location but their role does not allow the act."""


class Invalid(Refusal):
    """A value is outside what the product can work with."""


class Conflict(Refusal):
    """Somebody else changed the same thing first; load it again and decide anew."""


class NotLifted(Conflict):
    """A new keg is said to be on, but nothing was lifted and what stands there does not weigh like it: say it is sure.

    The message is the question.
    """
