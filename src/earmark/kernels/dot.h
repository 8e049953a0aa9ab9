/* Inner product with one order of additions, whatever the width of the machine's vectors: sixteen sums side by side,
   then halves added to halves, then what is left of the vectors. */
#ifndef EARMARK_DOT_H
#define EARMARK_DOT_H

#include <stdint.h>

static inline float dot(const float *restrict a, const float *restrict b, int64_t n) {
    float lanes[16] = {0}, rest = 0.0f;
    int64_t k = 0;
    for (; k + 16 <= n; k += 16)
        for (int lane = 0; lane < 16; lane++) lanes[lane] += a[k + lane] * b[k + lane];
    for (; k < n; k++) rest += a[k] * b[k];
    for (int lane = 0; lane < 8; lane++) lanes[lane] += lanes[lane + 8];
    for (int lane = 0; lane < 4; lane++) lanes[lane] += lanes[lane + 4];
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + rest;
}

#endif
