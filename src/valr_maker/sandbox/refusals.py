"""How the exchange says no: every refusal has a code, a message and a status (reference 2.9, 3.7, 3.8)."""

import msgspec

from valr_maker.sandbox.facts import Rejected
from valr_maker.wire import codes
from valr_maker.wire.codes import Code
from valr_maker.wire.rest import Failure, FieldError, ValidationErrors

BAD_REQUEST = 400
UNAUTHORISED = 401
FORBIDDEN = 403
NOT_FOUND = 404
LIMITED = 429
READ_ONLY = 503


class Invalid(Rejected):
    """A body or query that does not validate: says which fields and why (D)."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(codes.INVALID_REQUEST.number, codes.INVALID_REQUEST.message)
        self.errors = list(errors)

    @classmethod
    def of(cls, field: str, message: str) -> "Invalid":
        """One field is wrong."""
        return cls(FieldError(field=field, message=message))


def no(code: Code, status: int = BAD_REQUEST) -> Rejected:
    """A refusal from the catalogue."""
    return Rejected(code.number, code.message, status)


def unreadable(problem: Exception) -> Rejected:
    """What to say about bytes that msgspec would not read: broken JSON, or JSON of the wrong shape."""
    if not isinstance(problem, msgspec.ValidationError):
        return no(codes.INVALID_JSON)
    said, _, place = str(problem).partition(" - at `$")
    quoted = said.split("`")
    name = place.strip(".`") or (quoted[1] if "missing required field" in said else "body")
    return Invalid.of(name, said.replace("`", ""))


def failure(rejected: Rejected) -> Failure:
    """The error body of a refusal."""
    errors = ValidationErrors(errors=rejected.errors) if isinstance(rejected, Invalid) else None
    return Failure(code=rejected.code, message=rejected.message, validation_errors=errors)
