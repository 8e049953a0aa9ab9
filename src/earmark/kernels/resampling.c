/* Sound at another rate: channels mixed into one, the rate halved, and the rate changed by a fraction. Every output is a
   sum of its own in a fixed order, so that no way of cutting the sound changes a bit. */
#include <stddef.h>
#include <string.h>

#include "kernels.h"

enum { LANES = RESAMPLING_LANES, PERIODS_AT_ONCE = 8, CHUNK = 512, SIDE_BY_SIDE = 4 };

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

MULTIVERSIONED
void mix_channels(const float *restrict block, int64_t n_channels, int64_t n, float *restrict mono) {
    float share = 1.0f / (float)n_channels;
    for (int64_t first = 0; first < n; first += CHUNK) {
        int64_t end = n - first < CHUNK ? n : first + CHUNK;
        for (int64_t i = first; i < end; i++) mono[i] = share * block[i];
        for (int64_t channel = 1; channel < n_channels; channel++)
            for (int64_t i = first; i < end; i++) mono[i] += share * block[channel * n + i];
    }
}

MULTIVERSIONED
void halve_rate(const float *restrict sound, int64_t n, const float *restrict filter, int64_t reach,
                float *restrict halved) {
    /* Neighbours an odd number of samples away count, and the middle: those an even number away have weight 0. */
    float around[CHUNK + 2 * HALVING_REACH], middles[CHUNK], sums[CHUNK];
    memset(around, 0, sizeof around);
    memset(middles, 0, sizeof middles);
    for (int64_t first = 0; first < n; first += CHUNK) {
        int64_t some = n - first < CHUNK ? n - first : CHUNK;
        const float *from = sound + 2 * first, *middle = from + 2 * reach - 1;
        for (int64_t i = 0; i < some + 2 * reach - 1; i++) around[i] = from[2 * i];
        for (int64_t i = 0; i < some; i++) middles[i] = middle[2 * i];
        for (int64_t i = 0; i < some; i += SIDE_BY_SIDE * LANES) {
            const float *before = around + i + reach - 1, *after = around + i + reach;
            Lanes *to = (Lanes *)(sums + i), found[SIDE_BY_SIDE];
            for (int s = 0; s < SIDE_BY_SIDE; s++) found[s] = 0.5f * *(const Lanes *)(middles + i + s * LANES);
            for (int64_t k = 0; k < reach; k++)
                for (int s = 0; s < SIDE_BY_SIDE; s++)
                    found[s] += filter[k] * (*(const Lanes *)(before - k + s * LANES) + *(const Lanes *)(after + k + s * LANES));
            for (int s = 0; s < SIDE_BY_SIDE; s++) to[s] = found[s];
        }
        memcpy(halved + first, sums, (size_t)some * sizeof(float));
    }
}

MULTIVERSIONED
void resample(const float *restrict sound, int64_t n_periods, int64_t up, int64_t down, const float *restrict bank,
              int64_t width, float *restrict resampled) {
    for (int64_t first = 0; first < n_periods; first += PERIODS_AT_ONCE) {
        /* Weights that are brought in serve several periods; where fewer are left, the last goes beside itself. */
        int64_t last = n_periods - 1 - first, ahead[PERIODS_AT_ONCE];
        for (int p = 0; p < PERIODS_AT_ONCE; p++) ahead[p] = (p < last ? p : last) * down;
        for (int64_t phase = 0; phase < up; phase += LANES) {
            const float *weights = bank + phase * width, *from = sound + first * down + phase * down / up;
            Lanes sums[PERIODS_AT_ONCE] = {{0}};
            for (int64_t at = 0; at < width; at++) {
                Lanes of_each_phase = *(const Lanes *)(weights + at * LANES);
                for (int p = 0; p < PERIODS_AT_ONCE; p++) sums[p] += of_each_phase * from[ahead[p] + at];
            }
            size_t some = up - phase < LANES ? (size_t)(up - phase) : LANES;
            for (int p = 0; p < PERIODS_AT_ONCE; p++)
                if (p <= last) memcpy(resampled + (first + p) * up + phase, &sums[p], some * sizeof(float));
        }
    }
}
