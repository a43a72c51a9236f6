"""What the pages say in each language, from the catalogues that they read: `Words("zh-hans")("Continue")`."""

import gettext
from pathlib import Path

from careercoach.demo.browser.serving import ROOT

# How a browser of each language introduces itself.
LOCALES = {"en": "en-US", "zh-hans": "zh-CN"}


class Words:
    def __init__(self, language: str) -> None:
        self.language = language
        found = [] if language == "en" else _catalogues(ROOT / "locale" / "zh_Hans" / "LC_MESSAGES")
        self._catalogues = found

    def __call__(self, text: str, context: str | None = None, **values: object) -> str:
        for catalogue in self._catalogues:
            said = catalogue.pgettext(context, text) if context else catalogue.gettext(text)
            if said != text:
                return said % values if values else said
        return text % values if values else text


def _catalogues(folder: Path) -> list[gettext.GNUTranslations]:
    found = []
    for path in sorted(folder.glob("django*.mo")):
        with path.open("rb") as file:
            found.append(gettext.GNUTranslations(file))
    return found
