"""Words that tell what stands near them, written down by hand: of music, before and after names, and of grammar."""

from __future__ import annotations

from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


MUSIC: Final = _words(
    """
    acoustic album albums anthem arrangement artist artists audio ballad band bands bandcamp bass bassist beat beats
    blues cassette catchy cd choir chord chords chorus choruses club composer composition concert cover covers dance
    debut demo discography disco dj download drum drummer drums dub duet duo electronic electronica ensemble ep eps
    fans feat featuring festival folk frontman frontwoman funk gig gigs groove guitar guitarist guitars harmonies
    harmony headline hiphop hook hooks house indie instrumental instrumentation jazz keyboard label labels
    listen listened listening listens live loop lp lps lyric lyrical lyrically lyricist lyrics melodic melodies
    melody metal mix mixtape mixtapes music musical musically musician musicians opera orchestra orchestral
    percussion perform performance performed performing performs piano play played playing playlist plays pop
    producer produced production punk quartet quintet rap rapper record recorded recording recordings records
    reggae release released releases remix remixed remixes reverb rhythm rhythms riff riffs rock setlist sang
    sing singer singers singing single singles  sings soloist solo song songs songwriter
    songwriters songwriting sound sounding sounds soundtrack soul soundcloud spotify stage string strings studio
    sung supergroup support synth synths techno tempo tour toured touring tours track tracklist tracks trio tune
    tunes verse verses vinyl violin vocal vocalist vocals voice
    """
)
BEFORE: Final = _words(
    """
    act artist band bands by composer duo feat featuring from ft group like outfit producer quartet rapper singer
     songwriter supergroup to trio via vs with and or presents meets than as
    """
)
"""Words that names often follow."""
HERALDS: Final = _words(
    """
    act artist artists band bands collective composer dj duo ensemble feat featuring frontman ft group guitarist
    drummer bassist musician musicians outfit pianist producer quartet quintet rapper rockers singer
    songwriter supergroup trio vocalist vocals
    """
)
"""Words that hardly anything but names follows."""
AFTER: Final = _words(
    """
    album albums announce announced announces are band combine covers debut deliver delivers did do drummer ep
    feat featuring feature features frontman gig guitarist have has is lp make makes new offer perform performed
    performs play played plays record recorded records release released releases remix return returns sang share
    shared shares show shows sing singer sings single song songs sound sounds then toured tour tours track tracks
    unveil vocalist was were will
    """
)
"""Words that often follow names."""
FUNCTION: Final = _words(
    """
    a about after again all also am an and any are as at be been before but by can could did do does down each even
    etc ever every few for from had has have he her here him his how i if in into is it its just like made make many may
    me might more most much must my never no not now of off on once one only or other our out over own same she
    should so some still such than that the their them then there these they this those though through to too two
    under until up upon us very was we well were what when where which while who why will with would yes yet you your

    der die das den dem des ein eine einen einer und oder aber nicht ist sind war auf aus bei mit nach seit von zu zum
    zur ich du er sie es wir ihr mein dein sein auch nur noch so wie wenn dass für über unter
    le la les un une des du de et ou mais ne pas est sont dans sur sous avec pour par sans je tu il elle nous vous ils
    elles mon ton son ma ta sa mes tes ses qui que dont où ce cette ces au aux plus
    el los las una unos unas y o pero no es son en con por para sin yo tú él ella mi su se lo al del que como más
    il gli uno e ma non è sono di da in su per tra fra io lui lei noi voi loro mio tuo suo che chi come più
    os as um uma uns umas ou mas não é são em com por sem eu ele ela nós meu seu que como mais do da dos das no na
    het een en of maar niet zijn van op uit met naar voor door ik jij hij zij wij mijn ook nog dat als
    och att det som en ett är på av för med till den inte jag han hon vi men om
    i w z na do nie się jest to że jak po za od przez dla
    ve bir bu da de için ile ben sen o biz ama
    и в не на что я с он как это по но из у за от
    """
)
"""Words of grammar in a dozen languages: capitals on them say least."""
MONTHS: Final = _words(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """
)
FORMATS: Final = _words("lp lps ep eps cd cds dvd uk us usa mp3 dj tv pr faq diy nyc la eu bbc")
"""Abbreviations that music is full of, and artists are named after."""
