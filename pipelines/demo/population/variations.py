"""The ways in which the same fact is written differently: typos, nicknames, initials, swapped dates, phone formats."""

from __future__ import annotations

from pipelines.demo.population.names import nicknames

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xs",
}  # fmt: skip


def misspell(text: str, luck: float) -> str:
    """The text with one slip of the finger; ``luck`` (0 to 1) chooses which and where. Short texts stay as they are."""
    if len(text) < 3:
        return text
    # The first letter is rarely wrong: people see it.
    at = 1 + int(luck * 7919) % (len(text) - 2)
    slip = int(luck * 4)
    if slip == 0:
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if at > 1 else text[:at] + text[at + 1 :]
    if slip == 1:
        return text[:at] + text[at + 1 :]
    if slip == 2:
        return text[:at] + text[at] + text[at:]
    near = _NEIGHBOURS.get(text[at].lower(), "e")
    return text[:at] + near[int(luck * 104_729) % len(near)] + text[at + 1 :]


def shorten(given: str, luck: float) -> str:
    """A nickname where the name has one, else the name."""
    short = nicknames().get(given)
    return short[int(luck * len(short))] if short else given


def initial(given: str) -> str:
    """ "Johannes" -> "J."."""
    return f"{given[0]}."


def swap_day_and_month(date: str) -> str:
    """An ISO date as read by someone who puts the month first; unchanged where that is no date."""
    year, month, day = date.split("-")
    return f"{year}-{day}-{month}" if int(day) <= 12 else date


def slip_year(date: str, luck: float) -> str:
    """An ISO date with a wrong last digit of the year."""
    return f"{date[:3]}{(int(date[3]) + 1 + int(luck * 8)) % 10}{date[4:]}"


def abbreviate_street(street: str) -> str:
    """ "Kerkstraat" -> "Kerkstr."."""
    for ending, short in (("straat", "str."), ("laan", "ln."), ("weg", "wg.")):
        if street.endswith(ending):
            return street[: -len(ending)] + short
    return street


def turn_prefix(family: str) -> str:
    """ "van den Berg" -> "Berg, van den", as alphabetical lists write it."""
    words = family.split(" ")
    return f"{words[-1]}, {' '.join(words[:-1])}" if len(words) > 1 else family


def drop_prefix(family: str) -> str:
    """ "van den Berg" -> "Berg"."""
    return family.rsplit(" ", 1)[-1]


def format_phone(number: str, luck: float) -> str:
    """An E.164 number of NL or BE in one of the ways people type it; never another number."""
    if not number:
        return ""
    country, rest = number[:3], number[3:]
    style = int(luck * 6)
    if style == 0:
        return number
    if style == 1:
        return f"00{country[1:]}{rest}"
    if style == 2:
        return f"{country} {rest[0]} {rest[1:5]} {rest[5:]}"
    # Without a country a number is read as Dutch, so that Belgians write theirs out.
    if country != "+31":
        return f"{country} (0){rest[:3]} {rest[3:5]} {rest[5:7]} {rest[7:]}"
    return (f"0{rest}", f"0{rest[0]}-{rest[1:]}", f"0{rest[:1]} {rest[1:3]} {rest[3:5]} {rest[5:7]} {rest[7:]}")[
        style - 3
    ]
