"""Words by which titles, artists and tags tell of sound to sleep by and of music for children, in several languages.

The lists are ours. A word alone proves nothing ("Rain" and "Lullaby" are songs too): it only adds to what habits say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.music.letters import fold, plain_words
from earmark.music.letters import words as words_of

SLEEP: Final = (
    # English
    "sleep", "sleeping", "asleep", "deep sleep", "noise", "white noise", "brown noise", "pink noise",
    "green noise", "rain", "rainfall", "rainstorm", "thunder", "thunderstorm", "ocean", "waves",
    "ocean waves", "sea sounds", "stream sounds", "river sounds", "waterfall", "nature sounds",
    "forest sounds", "wind sounds", "fan sound", "fan sounds", "box fan", "fan noise",
    "air conditioner", "hair dryer", "vacuum cleaner", "womb", "heartbeat", "shushing", "delta waves",
    "theta waves", "binaural", "binaural beats", "solfeggio", "432 hz", "528 hz", "hz", "asmr",
    "insomnia", "relaxation", "relaxing", "meditation", "spa", "calm", "soothing", "white noise baby",
    "baby sleep", "night sounds", "crickets", "campfire sounds", "fireplace sounds",
    # German
    "schlaf", "einschlafen", "schlafen", "rauschen", "weißes rauschen", "regen", "gewitter",
    "meeresrauschen", "wellen", "entspannung", "naturgeräusche", "föhn", "staubsauger",
    # French
    "sommeil", "dormir", "bruit", "bruit blanc", "pluie", "orage", "vagues", "détente",
    "sons de la nature",
    # Spanish, Portuguese, Italian
    "sueño", "ruido", "ruido blanco", "ruido blanco para dormir", "lluvia", "tormenta", "olas",
    "relajación", "relajante", "dormir bem", "ruído", "ruído branco", "chuva", "trovoada",
    "relaxamento", "sonno", "dormire", "rumore", "rumore bianco", "pioggia", "temporale",
    "rilassamento",
    # Dutch, Swedish, Norwegian, Danish, Finnish
    "slaap", "slapen", "ruis", "witte ruis", "golven", "onweer", "ontspanning", "sömn", "vitt brus",
    "regn", "vågor", "søvn", "hvit støy", "hvid støj", "valkoinen kohina",
    # Polish, Czech, Turkish
    "szum", "biały szum", "deszcz", "burza", "fale", "spánek", "šum", "bílý šum", "déšť", "uyku",
    "beyaz gürültü", "yağmur",
    # Russian, Ukrainian
    "сон", "шум", "белый шум", "дождь", "гроза", "волны", "білий шум", "дощ",
    # Japanese, Chinese, Korean, Arabic, Hindi
    "睡眠", "ホワイトノイズ", "雨音", "雨の音", "波の音", "快眠", "白噪音", "白噪声", "雨声", "助眠",
    "백색소음", "빗소리", "수면", "نوم", "ضوضاء بيضاء", "नींद",
)  # fmt: skip
CHILDREN: Final = (
    # English
    "for kids", "kids songs", "kids tv", "kids music", "for children", "childrens", "children's",
    "nursery", "nursery rhyme", "nursery rhymes", "lullaby", "lullabies", "toddler", "toddlers",
    "baby songs", "preschool", "kindergarten", "sing along", "singalong", "abc", "alphabet", "phonics",
    "itsy bitsy", "wheels on the bus", "old macdonald", "twinkle", "baa baa", "five little",
    "humpty dumpty", "incy wincy", "storytime", "bedtime", "story for children", "farm animals",
    "baby shark", "potty", "hokey pokey", "children music", "baby music", "for babies",
    "row row row", "london bridge", "head shoulders knees", "happy and you know it", "hickory dickory",
    "ring around the rosie", "mary had a little lamb", "duck song", "sesame street", "peppa pig",
    "paw patrol", "cocomelon", "super simple songs", "little baby bum", "pinkfong", "wiggles",
    # German
    "kinderlied", "kinderlieder", "kindermusik", "wiegenlied", "schlaflied", "schlaflieder", "hörspiel",
    "hörspiele", "gute nacht geschichte", "gutenachtgeschichte", "für kinder", "märchen",
    # French
    "enfant", "enfants", "comptine", "comptines", "berceuse", "berceuses", "bébé", "pour enfants",
    "maternelle",
    # Spanish, Portuguese, Italian
    "niños", "infantil", "infantiles", "canciones infantiles", "canción de cuna", "crianças",
    "músicas infantis", "infantis", "canção de ninar", "bambini", "ninna nanna", "filastrocca",
    "filastrocche", "canzoni per bambini", "zecchino",
    # Dutch, Swedish, Norwegian, Danish, Finnish
    "kinderliedjes", "slaapliedje", "slaapliedjes", "peuters", "kleuters", "barnvisor", "barnsånger",
    "vaggvisa", "barnesanger", "vuggevise", "børnesange", "lastenlaulut", "lasten", "tuutulaulu",
    # Polish, Czech, Turkish
    "dla dzieci", "dzieci", "piosenki dla dzieci", "kołysanka", "kołysanki", "pro děti", "dětské",
    "ukolébavka", "çocuk", "çocuk şarkıları", "ninni",
    # Russian, Ukrainian
    "детские", "детская", "детские песни", "для детей", "колыбельная", "колыбельные", "дитячі",
    "колискова",
    # Japanese, Chinese, Korean, Arabic, Hindi
    "童謡", "子守唄", "子守歌", "こどものうた", "キッズ", "赤ちゃん", "儿歌", "兒歌", "童谣", "摇篮曲",
    "搖籃曲", "동요", "자장가", "어린이", "أغاني أطفال", "أطفال", "बाल गीत", "लोरी",
)  # fmt: skip
_SPACELESS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of languages whose words are not set apart by spaces, or carry endings."""


class Vocabulary:
    """Finds its words in names: whole words, in any case, with or without accents."""

    def __init__(self, words: Sequence[str]) -> None:
        # The longest first: of "white noise" and "noise", what says more is found.
        longest = sorted({plain(word) for word in words}, key=lambda word: (-len(word), word))
        apart = [re.escape(word) for word in longest if not _SPACELESS.search(word)]
        inside = [re.escape(word) for word in longest if _SPACELESS.search(word)]
        parts = ([rf"(?<!\w)(?:{'|'.join(apart)})(?!\w)"] if apart else []) + inside
        self._pattern = re.compile("|".join(parts))

    def find(self, plain: str) -> list[str]:
        """The words in a text that was made `plain`, in their order there."""
        return self._pattern.findall(plain)

    def of(self, texts: Iterable[str]) -> list[list[str]]:
        """The words in each of such texts."""
        return [self.find(text) for text in texts]


def plain(text: str) -> str:
    """A text as words are looked for in it: lower case, without accents and signs."""
    return plain_words(text) or words_of(fold(text))


def most_said(words: Sequence[list[str]], times: NDArray[np.int64], n: int = 5) -> tuple[str, ...]:
    """The words of texts that occur so many times each, the most frequent first; of equals by the alphabet."""
    count: Counter[str] = Counter()
    for said, often in zip(words, times.tolist(), strict=True):
        if often:
            for word in set(said):
                count[word] += often
    return tuple(word for word, _ in sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))[:n])
