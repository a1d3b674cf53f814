"""The app cannot start, or a command cannot run, as it is set up."""

from vggweb.errors.root import VggwebError


class SetupError(VggwebError):
    """The app cannot start, or a command cannot run, as it is set up."""

    code = "setup"


class SettingError(SetupError):
    """An environment variable has a value that it cannot have."""

    code = "bad_setting"
    default_message = "A setting has a value that it cannot have."
    default_hint = "docs/settings.md lists the settings and their values."


class WeightsError(SetupError):
    """The weights that were asked for are not there, incomplete or not what they should be."""

    code = "bad_weights"
    default_message = "The weights cannot be used."
    default_hint = "Run `flask weights status` to see which weights there are."
