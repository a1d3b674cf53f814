"""The root of all errors."""

from typing import ClassVar


class VggwebError(Exception):
    """The root: an error that has a status, a code, a message and a hint.

    Args:
        message: what happened, in place of the class's own sentence. It is a template, so that it can be translated
            before the values are put in: ``BadParameterError("%(name)s can be 1 to %(most)s.", name="top", most=5)``.
        hint: what to do, likewise.
        values: what the templates name.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    default_message: ClassVar[str] = "Something went wrong on our side."
    default_hint: ClassVar[str] = "Try again in a moment."

    def __init__(self, message: str | None = None, hint: str | None = None, **values: object) -> None:
        self.message_template = message or self.default_message
        self.hint_template = hint or self.default_hint
        self.values = values
        super().__init__(f"{self.message} {self.hint}")

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self.message_template % self.values if self.values else self.message_template

    @property
    def hint(self) -> str:
        """What to do, in English."""
        return self.hint_template % self.values if self.values else self.hint_template
