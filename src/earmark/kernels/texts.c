/* Texts known beforehand, put together in rows: each with its number behind it. */
#include <string.h>

#include "kernels.h"

enum { MOST_DIGITS = 10, LINE = 64 };

static int64_t write_number(int32_t number, char *to) {
    char digits[MOST_DIGITS];
    int64_t n = 0;
    do digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    for (int64_t k = 0; k < n; k++) to[k] = digits[n - 1 - k];
    return n;
}

int64_t measure_texts(Texts texts, const int32_t *ids, int64_t n) {
    int64_t size = 0;
    for (int64_t k = 0; k < n; k++) {
        int64_t length = texts.starts[ids[k] + 1] - texts.starts[ids[k]];
        /* They lie all over the memory, and are wanted next. */
        for (int64_t at = 0; at < length; at += LINE) PREFETCH(texts.bytes + texts.starts[ids[k]] + at);
        size += length + MOST_DIGITS + 2;
    }
    return size;
}

int64_t join_texts(Texts texts, const int32_t *ids, const int32_t *numbers, int64_t n, char *joined) {
    char *to = joined;
    for (int64_t k = 0; k < n; k++) {
        int64_t length = texts.starts[ids[k] + 1] - texts.starts[ids[k]];
        if (k > 0) *to++ = ',';
        memcpy(to, texts.bytes + texts.starts[ids[k]], (size_t)length);
        to += length;
        to += write_number(numbers[k], to);
        *to++ = '}';
    }
    return to - joined;
}
