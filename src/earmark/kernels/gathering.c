/* Samples as decoders give them, whole numbers or floats, interleaved or not, gathered into blocks of floats. */
#include <math.h>
#include <string.h>

#include "kernels.h"

static const float LOUDEST = GATHERING_LOUDEST;

/* Each loop is a pass over one channel. What is not finite is not at most the loudest either. The greatest magnitude is
   found among the bits of floats without sign, whose order is that of the floats: a maximum of whole numbers may be taken
   in any order, so that many are taken at once. */
#define GATHER(TYPE, VALUE)                                             \
    for (int64_t i = 0; i < n; i++) {                                   \
        TYPE x = ((const TYPE *)plane)[i * stride];                     \
        float value = VALUE;                                            \
        value = fabsf(value) <= LOUDEST ? value : 0.0f;                 \
        int32_t bits;                                                   \
        memcpy(&bits, &value, sizeof bits);                             \
        bits &= INT32_MAX;                                              \
        peak = bits > peak ? bits : peak;                               \
        to[i] = value;                                                  \
    }

MULTIVERSIONED
float gather_samples(const void *restrict plane, SampleForm form, int64_t stride, int64_t n, float *restrict to) {
    int32_t peak = 0;
    switch (form) {
        case SAMPLE_U8: GATHER(uint8_t, (float)x * 0x1p-7f - 1.0f); break;
        case SAMPLE_S16: GATHER(int16_t, (float)x * 0x1p-15f); break;
        case SAMPLE_S32: GATHER(int32_t, (float)x * 0x1p-31f); break;
        case SAMPLE_S64: GATHER(int64_t, (float)x * 0x1p-63f); break;
        case SAMPLE_DOUBLE: GATHER(double, (float)x); break;
        case SAMPLE_FLOAT: GATHER(float, x); break;
    }
    float found;
    memcpy(&found, &peak, sizeof found);
    return found;
}
