"""Settings for reading sentences out of a copy of the sources, in the folder in which the command runs."""

from pathlib import Path

SECRET_KEY = "not-a-secret: nothing is signed"
USE_I18N = True
LOCALE_PATHS = [Path.cwd() / "reports/locale"]
