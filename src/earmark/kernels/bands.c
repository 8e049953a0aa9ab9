/* Spectra gathered into bands: mel bands, or the places of pitches. A band looks at a few neighbouring lines only, too few
   to be multiplied side by side; so several spectra are. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

enum { LANES = 8 };

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

MULTIVERSIONED
static void gather_side_by_side(const float *restrict spectra, int64_t n_frames, int64_t n_lines, int64_t needed,
                                Bands bands, float more, float *restrict power, float *restrict gathered) {
    for (int64_t frame = 0; frame < n_frames; frame++) {
        const float *spectrum = spectra + 2 * frame * n_lines;
        for (int64_t line = 0; line < needed; line++) {
            float real = spectrum[2 * line], imaginary = spectrum[2 * line + 1];
            power[line * LANES + frame] = real * real + imaginary * imaginary;
        }
    }
    for (int64_t band = 0; band < bands.n; band++) {
        const float *lines = power + bands.firsts[band] * LANES, *weights = bands.weights + bands.starts[band];
        int64_t n = bands.starts[band + 1] - bands.starts[band];
        Lanes sums = {0};
        for (int64_t line = 0; line < n; line++) sums += weights[line] * *(const Lanes *)(lines + line * LANES);
        for (int64_t frame = 0; frame < n_frames; frame++) gathered[frame * bands.n + band] = sums[frame] + more;
    }
}

int gather_bands(const float *spectra, int64_t n_frames, int64_t n_lines, Bands bands, float more, float *gathered) {
    int64_t needed = 0;
    for (int64_t band = 0; band < bands.n; band++) {
        int64_t end = bands.firsts[band] + bands.starts[band + 1] - bands.starts[band];
        if (end > needed) needed = end;
    }
    float *power = calloc((size_t)(needed ? needed : 1), sizeof(Lanes));
    if (!power) return -1;
    for (int64_t frame = 0; frame < n_frames; frame += LANES) {
        int64_t some = n_frames - frame < LANES ? n_frames - frame : LANES;
        gather_side_by_side(spectra + 2 * frame * n_lines, some, n_lines, needed, bands, more, power,
                            gathered + frame * bands.n);
    }
    free(power);
    return 0;
}
