// What the trainer asks of an instruction set: convolutions over images of floats, and two products of matrices.
#pragma once
#include <cstddef>

namespace training {

/**
 * An image of height × width × channels with a border of zeros; `at(y, x)` is the pixel (y, x) of the inside.
 * A k×k kernel over C channels reads, for each of its k rows, k·C floats that lie together, so every layer, whatever
 * its k and C, is k products of such runs with a matrix of k·C rows and `outs` columns.
 */
struct Image {
  float* data;
  int height, width, border, channels;
  ptrdiff_t row() const { return (ptrdiff_t)(width + 2 * border) * channels; }
  ptrdiff_t floats() const { return row() * (height + 2 * border); }
  float* at(int y, int x) const { return data + (y + border) * row() + (ptrdiff_t)(x + border) * channels; }
};

/** What happens to a sum before it is stored. */
enum class Store {
  plain,  // sum + add
  leaky,  // leaky ReLU of the sum
  masked  // (sum + add) · (gate > 0 ? 1 : slope): the gradient through a leaky ReLU whose result was `gate`
};

struct Epilogue {
  Store kind;
  const float* bias;  // of each output channel, or null
  float slope;
};

struct TrainingKernels {
  /** Every pixel of `to`, from the kernel w[k][k·C][outs]; C is 3, 16, 32, 48 or 64, outs a multiple of 16. */
  void (*convolve)(const Image& from, int k, const float* w, const Image& to, const Image* add, const Image* gate,
                   Epilogue e);
  /** Adds the gradient to the kernel, dw[k][k·C][outs], of the convolution that made dy from x. */
  void (*addWeightGradient)(const Image& x, int k, const Image& dy, float* dw);
  /** c[rows][cols] += a[rows][inner] · b[inner][cols] */
  void (*multiply)(const float* a, const float* b, float* c, int rows, int inner, int cols);
  /** c[inner][cols] += transposed a[rows][inner] · b[rows][cols], where the rows of b lie `stride` floats apart. */
  void (*multiplyTransposed)(const float* a, const float* b, float* c, int rows, int inner, int cols, int stride);
};

const TrainingKernels* trainingAvx512();
const TrainingKernels* trainingAvx2();
const TrainingKernels* trainingNeon();

}  // namespace training
