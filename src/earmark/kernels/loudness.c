/* The energy of K-weighted sound (ITU-R BS.1770-4, annex 1), summed over steps of a tenth of a second.

   Each sample needs those before it, so what takes the time is waiting for a product and a sum; two channels go side by
   side, since they do not wait for each other. */
#include <math.h>

#include "kernels.h"

enum { SIDE_BY_SIDE = 2, STEPS_PER_SECOND = LOUDNESS_STEPS_PER_SECOND };

static const double INAUDIBLE = 1e-30; /* Below this a memory is cleared: numbers near zero's end are slow. */

typedef double Pair[SIDE_BY_SIDE];

/* What two channels have had: the last two samples of the sound, of the shelved sound and of the weighted sound. */
typedef struct {
    Pair x1, x2, y1, y2, z1, z2;
} Past;

/* Inlined, GCC 12 keeps the past in memory and takes twice as long. */
NOT_INLINED
static void weigh_pair(const float *restrict left, const float *restrict right, int64_t n, const double *filter,
                       Past *past, double *energies) {
    double b0 = filter[0], b1 = filter[1], b2 = filter[2], a1 = filter[3], a2 = filter[4], c1 = filter[5], c2 = filter[6];
    Past p = *past;
    Pair sums = {0.0, 0.0};
    for (int64_t i = 0; i < n; i++) {
        Pair x = {left[i], right[i]};
        for (int k = 0; k < SIDE_BY_SIDE; k++) {
            double y = b0 * x[k] + b1 * p.x1[k] + b2 * p.x2[k] - a2 * p.y2[k] - a1 * p.y1[k];
            double z = y - 2.0 * p.y1[k] + p.y2[k] - c2 * p.z2[k] - c1 * p.z1[k];
            p.x2[k] = p.x1[k];
            p.x1[k] = x[k];
            p.y2[k] = p.y1[k];
            p.y1[k] = y;
            p.z2[k] = p.z1[k];
            p.z1[k] = z;
            sums[k] += z * z;
        }
    }
    *past = p;
    energies[0] += sums[0];
    energies[1] += sums[1];
}

static void load(Past *past, const double *memory, int k) {
    past->x1[k] = memory[0];
    past->x2[k] = memory[1];
    past->y1[k] = memory[2];
    past->y2[k] = memory[3];
    past->z1[k] = memory[4];
    past->z2[k] = memory[5];
}

static void save(const Past *past, double *memory, int k) {
    const double now[LOUDNESS_MEMORY] = {past->x1[k], past->x2[k], past->y1[k], past->y2[k], past->z1[k], past->z2[k]};
    for (int at = 0; at < LOUDNESS_MEMORY; at++) memory[at] = fabs(now[at]) < INAUDIBLE ? 0.0 : now[at];
}

void weigh_loudness(const float *samples, int64_t n_channels, int64_t n, int64_t rate, int64_t position,
                    const double *filter, const double *weights, double *memory, double *energies) {
    int64_t first = position * STEPS_PER_SECOND / rate;
    for (int64_t channel = 0; channel < n_channels; channel += SIDE_BY_SIDE) {
        /* A channel without a partner goes beside itself. */
        int64_t other = channel + 1 < n_channels ? channel + 1 : channel;
        const float *left = samples + channel * n, *right = samples + other * n;
        Past past;
        load(&past, memory + channel * LOUDNESS_MEMORY, 0);
        load(&past, memory + other * LOUDNESS_MEMORY, 1);
        for (int64_t step = first, from = 0; from < n; step++) {
            int64_t until = ((step + 1) * rate + STEPS_PER_SECOND - 1) / STEPS_PER_SECOND - position;
            if (until > n) until = n;
            double sums[SIDE_BY_SIDE] = {0.0, 0.0};
            weigh_pair(left + from, right + from, until - from, filter, &past, sums);
            energies[step - first] += weights[channel] * sums[0];
            if (other != channel) energies[step - first] += weights[other] * sums[1];
            from = until;
        }
        save(&past, memory + channel * LOUDNESS_MEMORY, 0);
        if (other != channel) save(&past, memory + other * LOUDNESS_MEMORY, 1);
    }
}
