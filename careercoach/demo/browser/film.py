"""Pictures with a caption below, and a film of them. Chromium draws the caption, Debian's ffmpeg joins the film."""

import base64
import html
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page

BAR, PHONE_BAR = 72, 60  # The height of the caption, in pixels.
QUALITY = 84  # Of a picture, in percent.

CARD = """
<!doctype html><meta charset="utf-8">
<style>
  * {{ margin: 0; box-sizing: border-box }}
  body {{ width: {width}px; height: {height}px; background: #10241d;
          font-family: "DejaVu Sans", "Noto Sans CJK SC", sans-serif }}
  .shown {{ position: relative; height: {shown}px; overflow: hidden; background: #fff }}
  .shown img {{ display: block; width: 100% }}
  .ring {{ position: absolute; border: 4px solid #f0673c; border-radius: 14px; box-shadow: 0 0 0 5px #f0673c40 }}
  .bar {{ height: {bar}px; padding: 0 28px; display: flex; align-items: center; gap: 18px; color: #fff }}
  .bar b {{ font-size: {number}px; min-width: 1.9em; height: 1.9em; border-radius: 1em; display: grid;
            place-items: center; background: #f4b266; color: #10241d }}
  .bar span {{ font-size: {letters}px; line-height: 1.3 }}
</style>
<div class="shown"><img alt="" src="data:image/png;base64,{picture}">{ring}</div>
<div class="bar">{step}<span>{caption}</span></div>
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """What a page showed, in the size of its window; `ring` is drawn round what is about to be clicked."""

    picture: bytes  # PNG.
    width: int
    height: int
    caption: str
    step: int | None = None
    ring: FloatRect | None = None


class Studio:
    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_context().new_page()

    def picture(self, shot: Shot, path: Path) -> None:
        self._lay_out(shot)
        session = self._page.context.new_cdp_session(self._page)
        answer = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        session.detach()
        path.write_bytes(base64.b64decode(answer["data"]))

    def film(self, scenes: list[tuple[Shot, float]], path: Path) -> None:
        """Each shot for its number of seconds, in one size; H.264, which every browser plays."""
        with tempfile.TemporaryDirectory() as folder:
            listed = []
            for number, (shot, seconds) in enumerate(scenes):
                self._lay_out(shot)
                frame = Path(folder) / f"{number:03}.png"
                self._page.screenshot(path=frame)
                listed += [f"file '{frame}'", f"duration {seconds}"]
            listed.append(listed[-2])  # ffmpeg forgets the last duration unless the picture comes once more.
            index = Path(folder) / "index.txt"
            index.write_text("\n".join(listed))
            # fmt: off
            subprocess.run(
                ["ffmpeg", "-loglevel", "error", "-y", "-f", "concat", "-safe", "0", "-i", index,
                 "-vf", "fps=10,format=yuv420p", "-c:v", "libx264", "-preset", "veryslow", "-crf", "27",
                 "-tune", "stillimage", "-map_metadata", "-1", "-movflags", "+faststart", path],
                check=True,
            )
            # fmt: on

    def _lay_out(self, shot: Shot) -> None:
        bar = BAR if shot.width >= 800 else PHONE_BAR
        ring = ""
        if shot.ring:
            box = {
                "left": shot.ring["x"] - 8,
                "top": shot.ring["y"] - 8,
                "width": shot.ring["width"] + 16,
                "height": shot.ring["height"] + 16,
            }
            ring = f'<div class="ring" style="{";".join(f"{name}:{pixels}px" for name, pixels in box.items())}"></div>'
        self._page.set_viewport_size({"width": shot.width, "height": shot.height + bar})
        self._page.set_content(
            CARD.format(
                width=shot.width,
                height=shot.height + bar,
                shown=shot.height,
                bar=bar,
                number=17 if shot.width >= 800 else 14,
                letters=21 if shot.width >= 800 else 15,
                picture=base64.b64encode(shot.picture).decode(),
                ring=ring,
                step="" if shot.step is None else f"<b>{shot.step}</b>",
                caption=html.escape(shot.caption),
            )
        )
        self._page.wait_for_function("document.images[0].complete")


def shoot(page: Page, caption: str, *, step: int | None = None, ring: FloatRect | None = None) -> Shot:
    size = page.viewport_size
    assert size is not None
    return Shot(
        picture=page.screenshot(animations="disabled", caret="hide"),
        width=size["width"],
        height=size["height"],
        caption=caption,
        step=step,
        ring=ring,
    )
