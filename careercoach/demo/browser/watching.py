"""What no page of the demo may do, whatever else a test looks at; and what each page must be for everybody."""

import re
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError


class Watch:
    """Collects what goes wrong in any page of a context: `problems` is empty in the end, or the test fails."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.problems: list[str] = []
        self._host = urlsplit(site).netloc
        self._expected: list[str] = []
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def expect(self, pattern: str) -> None:
        """An error that belongs to the story: a browser tells of each answer of 400 or more."""
        self._expected.append(pattern)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self._host:
            self._note(f"a request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._note(f"{response.status} for {response.request.method} {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"the console at {message.location.get('url')}: {message.text}")

    def _error(self, error: WebError) -> None:
        self._note(f"an error of the page: {error.error}")

    def _note(self, problem: str) -> None:
        if not any(re.search(pattern, problem) for pattern in self._expected):
            self.problems.append(problem)


FONTS = "async () => { await Promise.allSettled([...document.fonts].map((face) => face.load())); }"


def barriers(page: Page) -> list[str]:
    """The serious and critical findings of axe on what is shown now, each with where it is.

    With all fonts there: before, the name of an icon is a word, whose contrast is held against that of a text.
    """
    page.evaluate(FONTS)
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {found['impact']} {found['id']}: {node['target']} {node['failureSummary']}"
        for found in violations
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


VISIBLE_TEXT = """
() => {
  const found = [document.title];
  const foreign = '[translate="no"], [aria-hidden="true"], script, style, noscript, template, code, pre';
  const own = (element) => element.closest(foreign) === null;
  const language = (element) => element.closest('[lang]')?.lang ?? '';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text && own(element) && language(element).startsWith('zh') && element.checkVisibility()) found.push(text);
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (!own(element) || !language(element).startsWith('zh')) continue;
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      if (element.getAttribute(name)) found.push(element.getAttribute(name));
    }
  }
  return found;
}
"""


def english(page: Page, *, names: tuple[str, ...] = ()) -> list[str]:
    """Texts of a Chinese page without one Chinese letter that have a word, names and codes aside."""
    proper = re.compile("|".join([*PROPER, *map(re.escape, names)]))
    texts = dict.fromkeys(page.evaluate(VISIBLE_TEXT))
    return [text for text in texts if text.isascii() and re.search("[A-Za-z]{2}", proper.sub("", text))]


# What is the same in every language: names, addresses, codes and zones.
PROPER = [
    r"Career coaching session between .+ and .+",  # As Cal.com names a meeting, in any language.
    r"Career Coach",
    r"Robin Vale \d+",  # Other people of these tests.
    r"Cal\.com",
    r"Cal Video",
    r"English",
    r"[\w.+-]+@[\w.-]+",
    r"https?://\S+",
    r"\b(GMT|UTC)([+-]\d+)?",
    r"\d\d:\d\d(:\d\d)? [A-Z]{3,4}\b",  # A time with its zone.
    r"\b[A-Z][a-z]+/[A-Z][A-Za-z_]+",
    r"\bUSD?\b|US\$",
    r"\bCC-[0-9A-Z-]+",
    r"\b[A-Z][A-Z_]{5,}\b",  # Triggers, as Cal.com names them.
]
