"""Colours and type of the pictures, in light and in dark.

Blue, orange, green and purple are those that people with any colour blindness tell apart (Okabe and Ito); every kind of
line also has a mark of its own shape, and lines that do not join are broken.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1d2733",
    "quiet": "#52606d",
    "rule": "#d5dce4",
    "identifier": "#0072b2",
    "likeness": "#b85000",
    "same": "#007a5a",
    "different": "#a3447c",
    "weak": "#6b7785",
    "refused": "#a3447c",
    "for": "#0072b2",
    "against": "#b85000",
    "total": "#52606d",
}
DARK = {
    "ground": "#12181f",
    "ink": "#e6ebf0",
    "quiet": "#a8b3bf",
    "rule": "#35404c",
    "identifier": "#56b4e9",
    "likeness": "#f0a040",
    "same": "#3fcfa5",
    "different": "#e59ac6",
    "weak": "#95a1ae",
    "refused": "#e59ac6",
    "for": "#56b4e9",
    "against": "#f0a040",
    "total": "#a8b3bf",
}

LINES = ("identifier", "likeness", "same", "different", "weak", "refused")


def picture_style() -> str:
    """CSS of the SVG alone; in dark surroundings it turns dark by itself."""
    return f"{_colours(LIGHT)}{_SHAPES}@media (prefers-color-scheme: dark){{{_colours(DARK)}}}"


def page_style() -> str:
    """CSS of a page, the pictures in it included."""
    dark = f"body{{background:{DARK['ground']};color:{DARK['ink']}}}td,th{{border-color:{DARK['rule']}}}"
    light = f"body{{background:{LIGHT['ground']};color:{LIGHT['ink']}}}td,th{{border-color:{LIGHT['rule']}}}"
    quiet = (f".note,summary small{{color:{colours['quiet']}}}" for colours in (LIGHT, DARK))
    return (
        f"{_PAGE}{light}{next(quiet)}{picture_style()}"
        f"@media (prefers-color-scheme: dark){{:root{{color-scheme:dark}}{dark}{next(quiet)}}}"
    )


def _colours(colours: dict[str, str]) -> str:
    lines = "".join(f".line.{kind}{{stroke:{colours[kind]}}}.mark.{kind}{{fill:{colours[kind]}}}" for kind in LINES)
    bars = "".join(f".bar.{kind}{{fill:{colours[kind]}}}" for kind in ("for", "against", "total"))
    return (
        f".ground{{fill:{colours['ground']}}}.ink{{fill:{colours['ink']}}}.quiet{{fill:{colours['quiet']}}}"
        f".halo{{stroke:{colours['ground']}}}.mark{{stroke:{colours['ground']}}}"
        f".node{{fill:{colours['ink']};stroke:{colours['ground']}}}.ring{{stroke:{colours['ink']}}}"
        f".rule{{stroke:{colours['quiet']}}}{lines}{bars}"
    )


_SHAPES = (
    "svg{font-family:system-ui,sans-serif;font-size:13px}.line,.ring{fill:none}.line{stroke-linecap:round}"
    ".side{opacity:.5}.refused{stroke-dasharray:7 6}.different{stroke-dasharray:12 4 2 4}.weak{stroke-dasharray:1.5 5}"
    ".mark{stroke-dasharray:none}.halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}"
    ".end{text-anchor:end}.small{font-size:11.5px}.strong{font-weight:600}"
)
_PAGE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}svg.graph{display:block;width:100%;height:auto}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0 1rem}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:middle;border-bottom:1px solid}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;width:4rem}"
    "td.b{width:38%;padding-right:1rem}td.b svg{display:block;width:100%;height:1rem}"
    "summary{cursor:pointer;padding:.35rem 0}li{margin:.35rem 0}dt{font-weight:600}dd{margin:0 0 .6rem}"
)
