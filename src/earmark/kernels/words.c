/* Texts cut into words and signs (see words.py), a character after the other: what is known of a word is gathered as its
   letters go by, and no array of them is made. */
#include "kernels.h"

enum { LAST = 0xFFFF /* character that the tables know */ };

int64_t cut_words(const uint32_t *restrict letters, const uint32_t *restrict written, int64_t n,
                  const uint8_t *restrict kinds, const uint16_t *restrict lower, const uint64_t *restrict powers,
                  Words words) {
    int64_t token = -1;
    uint8_t before = WORDS_SPACE;
    for (int64_t at = 0; at < n; at++) {
        uint32_t letter = letters[at];
        uint16_t known = letter < LAST ? (uint16_t)letter : LAST;
        uint8_t kind = letter > LAST ? WORDS_ALONE : kinds[known];
        int begins = kind != WORDS_SPACE && (kind != WORDS_WORD || before != WORDS_WORD);
        before = kind;
        if (kind == WORDS_SPACE) continue;
        int capital = lower[known] != known;
        if (begins) {
            token++;
            words.begins[token] = at;
            words.kinds[token] = kind;
            words.capitalised[token] = (uint8_t)capital;
            words.lengths[token] = words.capitals[token] = 0;
            words.altered[token] = 0;
            words.numbers[token] = words.exact[token] = 0;
        }
        int32_t place = words.lengths[token]++;
        words.capitals[token] += capital;
        words.altered[token] |= (written[at] != letter) & (letter > '@');
        words.numbers[token] += powers[place < WORDS_LONGEST ? place : WORDS_LONGEST - 1] * lower[known];
        words.exact[token] = words.exact[token] * powers[0] + letter;
    }
    return token + 1;
}
