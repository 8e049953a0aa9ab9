"""Invented names for artists, songs, genres, playlists and people.

Method: a number is written in a mixed base whose digits are words or syllables, so different numbers give
different names. Scattering the numbers first (an affine map with a multiplier prime to the count) keeps
neighbours from sounding alike. No name is taken from real music.
"""

from __future__ import annotations

from math import gcd
from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ADJECTIVES: Final = _words(
    """amber ashen azure bashful brave brazen bright broken bronze calm candid careless cobalt copper coral
    crimson crooked curious dapper distant drowsy dusky early easy eager emerald faded faithful fearless
    feral final fleeting floating frosted gentle gilded golden half hazel hidden hollow honest humble hungry
    idle indigo inner ivory jolly kindly lanky latent lavish leaden lonely lucid lunar mellow merry midnight
    mild misty modest muted narrow nimble noble opal open pale patient paper placid plaid polar proud quiet
    rapid restless rustic saffron salted scarlet second secret shallow shy silent silver simple sleepless
    slender slow smoky solar steady stray subtle sudden sunken tender thirsty timid topaz tranquil twilight
    umber velvet violet wandering wayward wicker wild winter wistful wooden yonder zealous"""
)
_NOUNS: Final = _words(
    """acorn alley anchor apron arrow atlas attic autumn balcony ballad banner barley basket beacon bicycle
    blanket bonfire border bottle boulder bramble bridge bucket button candle canyon caravan carousel cedar
    cellar chimney cinder cipher clover coastline comet compass corridor cottage cradle current curtain
    daybreak desert doorway driftwood echo elevator ember envelope evening feather ferry fiddle firefly
    fountain garden garland glacier granite harbour harvest hazelnut headlight hillside hinge horizon
    hourglass island jasmine journey kettle kite ladder lagoon lamplight lantern lattice letter lighthouse
    lilac machine magnet mantle marble meadow memory mirror monsoon morning mosaic mountain needle notebook
    november oasis orbit orchard overcoat paddle parade parasol passage pebble pendulum petal pier pillow
    pinwheel platform pocket postcard prairie quarry quilt radiator railway rainfall raincoat ribbon river
    rooftop saddle sandstone satellite season shelter shoreline signal skyline snowfall staircase station
    steeple stranger suitcase summer sundial telegram telescope thicket thimble thunder tideline timber
    tower trellis tunnel umbrella valley vapour veranda village vineyard violin voyage waterfall weather
    whisper wildfire willow window workshop yearbook zeppelin"""
)
_CREATURES: Final = _words(
    """badgers beetles bitterns bobcats buzzards caribou cranes crickets curlews dormice egrets falcons
    ferrets finches foxes geckos geese gulls hares hedgehogs herons hornets ibexes jackdaws kestrels
    lapwings larks lemurs lynxes magpies martens minnows moles moths newts nightjars ocelots orioles otters
    owls pangolins pelicans petrels pikas plovers puffins rooks salmon sparrows starlings stoats storks
    swifts tapirs terns thrushes toads voles walruses weasels wombats wrens"""
)
_TITLE_FORMS: Final = (
    "Before the {}", "Letters to the {}", "Under the {}", "My Other {}", "No More {}",
    "Carry the {}", "Dear {}", "All About the {}", "Nothing but {}", "Leave the {}",
    "Waiting for the {}", "Halfway to the {}", "Hold the {}", "Paint the {}", "Ask the {}",
    "Somebody's {}", "Two for the {}", "Goodbye {}", "Along the {}", "Beyond the {}",
)  # fmt: skip
_OPENINGS: Final = _words(
    """ba be bra da del do fa fen ga gor ha hel ira jo ka kel la lin lo ma mar mi na nev o pa pel ra ro sa sel
    so ta tal ti va ven vi wa za"""
)
_MIDDLES: Final = _words("bri da di do fa ga ki la len lo ma mi na ni no ra ri ro sa se ta ti va vi zo")
_ENDINGS: Final = _words(
    """bek dane dez kin la lund mar mond nen ner nia ques ran rin ris rö sen ska sko ša kov và vik wyn zan"""
)
_GIVEN: Final = _words(
    """Ada Agnès Alba Anouk Anselm Ayla Basil Bea Björn Bruno Célia Clio Corin Dario Delia Edda Elias Elif
    Emre Enzo Esme Farah Fenna Flora Gaspar Gwen Hana Hugo Ida Idris Imre Inés Ivo Jana Jonas Juno Kai Kaya
    Lars Leila Levi Linnéa Lotte Luz Mael Maren Mateo Mina Nadia Nils Noor Olga Oskar Otis Paz Petra Quinn
    Rafa Renée Rosa Sami Selma Senna Sven Tariq Tess Tilda Ugo Uma Vera Wim Xenia Yara Yusuf Zoë
    Zora"""
)
_TOWNS: Final = tuple(
    start + end
    for start in ("Alder", "Brack", "Corrie", "Dun", "Ember", "Fal", "Grend", "Hollow")
    for end in ("by", "field", "haven", "mouth", "wick")
)
_CORES: Final = _words(
    """hush stomp glow drift shuffle bounce haze murmur clatter sway ripple thrum patter lull chime flutter
    strut rumble shimmer prowl skip crackle gleam swirl hum twang jangle thud whirr pulse waltzer ramble
    smoulder tingle wobble creak sprawl gallop mumble fizz knock slide tumble whistle yodelry"""
)
_MODIFIERS: Final = _words(
    """attic bottled cardboard chrome coastal cosmic cotton courtyard desert diesel dusk ferry fjord forest
    garage glass harbour highland hothouse indoor island kitchen laundry lowland marble market marsh motel
    nocturnal northern orchard paper plateau porcelain prairie railway rooftop rural salt satellite seaside
    southern suburban sunday tundra uphill velvet winter"""
)
_OCCASIONS: Final = (
    "for rainy mornings", "to cook by", "on the night bus", "after work", "for long drives", "to read by",
    "at full volume", "for the garden", "essentials", "slowly", "for old friends", "with the windows open",
    "to fall asleep to", "for running", "all day", "deep cuts", "by candlelight", "for Mondays", "on repeat",
    "discoveries",
)  # fmt: skip

_TITLE_COUNT: Final = len(_ADJECTIVES) * len(_NOUNS) + len(_TITLE_FORMS) * len(_NOUNS)
_BAND_COUNT: Final = len(_ADJECTIVES) * len(_CREATURES)
_SURNAME_COUNT: Final = len(_OPENINGS) * len(_MIDDLES) * len(_ENDINGS)
_PERSON_COUNT: Final = len(_GIVEN) * _SURNAME_COUNT
PARENT_LIMIT: Final = len(_CORES)
SIBLING_LIMIT: Final = len(_MODIFIERS)


def _scatter(number: int, count: int, salt: int) -> int:
    """A permutation of ``range(count)``, another one for each salt."""
    step = int(count * 0.618_033_988_75) + salt % 97
    while gcd(step, count) != 1:
        step += 1
    return (number * step + salt) % count


def _surname(number: int) -> str:
    rest, ending = divmod(number % _SURNAME_COUNT, len(_ENDINGS))
    opening, middle = divmod(rest, len(_MIDDLES))
    return (_OPENINGS[opening] + _MIDDLES[middle] + _ENDINGS[ending]).capitalize()


def person_name(number: int, salt: int) -> str:
    """A given name and a surname; past the first two million people, two surnames."""
    more, number = divmod(number, _PERSON_COUNT)
    surname, given = divmod(_scatter(number, _PERSON_COUNT, salt), len(_GIVEN))
    name = f"{_GIVEN[given]} {_surname(surname)}"
    return f"{name}-{_surname(_scatter(more, _SURNAME_COUNT, salt))}" if more else name


def artist_name(number: int, salt: int) -> str:
    """A band for every other number while bands last, else a person; unique under one salt."""
    half, is_person = divmod(number, 2)
    if is_person or half >= _BAND_COUNT:
        return person_name(number, salt)
    adjective, creature = divmod(_scatter(half, _BAND_COUNT, salt), len(_CREATURES))
    return f"{_ADJECTIVES[adjective].capitalize()} {_CREATURES[creature].capitalize()}"


def song_title(number: int, salt: int) -> str:
    """Different numbers below about thirty thousand give different titles under one salt (one artist's)."""
    again, number = divmod(number, _TITLE_COUNT)
    form, noun = divmod(_scatter(number, _TITLE_COUNT, salt), len(_NOUNS))
    word = _NOUNS[noun].capitalize()
    if form < len(_ADJECTIVES):
        title = f"{_ADJECTIVES[form].capitalize()} {word}"
    else:
        title = _TITLE_FORMS[form - len(_ADJECTIVES)].format(word)
    return f"{title}, Part {again + 1}" if again else title


def version_suffix(ordinal: int, salt: int) -> str:
    """How the ``ordinal``-th other version of a song is marked, as stores write it."""
    detail = salt + ordinal
    forms = (
        f" - {1998 + detail % 27} Remaster",
        f" - Live at {_TOWNS[detail % len(_TOWNS)]}",
        f" (feat. {person_name(detail % 100_000, 7)})",
        " - Radio Edit",
    )
    return forms[detail % 4] if ordinal < 4 else forms[ordinal % 3]


def genre_name(parent: int, sibling: int) -> str:
    """Modifier and core; the core is the parent's."""
    return f"{_MODIFIERS[(sibling + 5 * parent) % SIBLING_LIMIT]} {_CORES[parent]}"


def playlist_name(about: str, number: int) -> str:
    """A name for a public playlist about a micro-genre or a mood."""
    return f"{about} {_OCCASIONS[number % len(_OCCASIONS)]}".capitalize()
