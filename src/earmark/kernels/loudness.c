/* The energy of K-weighted sound (ITU-R BS.1770-4, annex 1), summed over steps of a tenth of a second.

   Each sample needs those before it, so what takes the time is waiting for products and sums. So four filters go side by
   side that do not wait for each other: the shelves of two channels, and their high passes two samples behind. */
#include <math.h>

#include "kernels.h"

enum { SIDE_BY_SIDE = 2, BEHIND = 2, STEPS_PER_SECOND = LOUDNESS_STEPS_PER_SECOND };

static const double INAUDIBLE = 1e-30; /* Below this a memory is cleared: numbers near zero's end are slow. */

typedef double Filters __attribute__((vector_size(8 * 2 * SIDE_BY_SIDE)));

/* What two channels have had: the last two samples of the sound, of the shelved sound and of the weighted sound. */
typedef struct {
    double x1[SIDE_BY_SIDE], x2[SIDE_BY_SIDE], y1[SIDE_BY_SIDE], y2[SIDE_BY_SIDE], z1[SIDE_BY_SIDE], z2[SIDE_BY_SIDE];
} Past;

/* The shelves take a sample each, the high passes what the shelves gave two samples ago. What came just before is added
   last, since it is waited for. */
#define STEP(l, r)                                                               \
    do {                                                                         \
        Filters in = {l, r, out2[0], out2[1]};                                   \
        Filters out = b0 * in + (b1 * in1 + b2 * in2 - a2 * out2) - a1 * out1; \
        in2 = in1;                                                               \
        in1 = in;                                                                \
        out2 = out1;                                                             \
        out1 = out;                                                              \
    } while (0)

MULTIVERSIONED
static void weigh_pair(const float *restrict left, const float *restrict right, int64_t n, const double *filter,
                       Past *past, double *energies) {
    Filters b0 = {filter[0], filter[0], 1.0, 1.0}, b1 = {filter[1], filter[1], -2.0, -2.0};
    Filters b2 = {filter[2], filter[2], 1.0, 1.0}, a1 = {filter[3], filter[3], filter[5], filter[5]};
    Filters a2 = {filter[4], filter[4], filter[6], filter[6]};
    Past p = *past;
    Filters in1 = {p.x1[0], p.x1[1]}, in2 = {p.x2[0], p.x2[1]}, sums = {0.0};
    Filters out1 = {p.y1[0], p.y1[1]}, out2 = {p.y2[0], p.y2[1]};
    for (int64_t i = 0; i < BEHIND; i++) STEP(i < n ? left[i] : 0.0, i < n ? right[i] : 0.0);
    /* Here the first sample comes to the high passes. */
    out1 = (Filters){out1[0], out1[1], p.z1[0], p.z1[1]};
    out2 = (Filters){out2[0], out2[1], p.z2[0], p.z2[1]};
    for (int64_t i = BEHIND; i < n; i++) {
        STEP(left[i], right[i]);
        sums += out1 * out1;
    }
    for (int64_t i = n < BEHIND ? BEHIND : n; i < n + BEHIND; i++) {
        STEP(0.0, 0.0);
        sums += out1 * out1;
    }
    for (int k = 0; k < SIDE_BY_SIDE; k++) {
        const float *samples = k ? right : left;
        past->x2[k] = n > 1 ? samples[n - 2] : p.x1[k];
        past->x1[k] = samples[n - 1];
        past->y2[k] = in2[SIDE_BY_SIDE + k];
        past->y1[k] = in1[SIDE_BY_SIDE + k];
        past->z2[k] = out2[SIDE_BY_SIDE + k];
        past->z1[k] = out1[SIDE_BY_SIDE + k];
        energies[k] += sums[SIDE_BY_SIDE + k];
    }
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

/* The first sample of a step. */
static int64_t edge(int64_t step, int64_t rate) { return (step * rate + STEPS_PER_SECOND - 1) / STEPS_PER_SECOND; }

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
            int64_t until = edge(step + 1, rate) - position;
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
    for (int64_t step = first; step < (position + n) * STEPS_PER_SECOND / rate; step++)
        energies[step - first] /= (double)(edge(step + 1, rate) - edge(step, rate));
}
