// Compiled once for each instruction set, with LANES and TRAINING set; everything but the table is local to the file,
// so that no code of one set can be linked into another.
#include "training-kernels.h"

#include <type_traits>

namespace training {
namespace {

typedef float Vec __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

// Registers: 32 with AVX-512 and NEON, 16 with AVX2.
constexpr int kBlock = LANES == 8 ? 6 : 12;

inline Vec splat(float v) { return Vec{} + v; }
inline Vec load(const float* p) { return *(const Vec*)p; }
inline void store(float* p, Vec v) { *(Vec*)p = v; }

template <int C, int PX, int NV>
inline void pixels(const float* x, ptrdiff_t xRow, int k, const float* w, int outs, float* to, const float* add,
                   const float* gate, const Epilogue& e) {
  const int run = k * C;
  Vec acc[PX][NV];
  for (int v = 0; v < NV; v++) {
    const Vec b = e.bias ? load(e.bias + v * LANES) : Vec{};
    for (int p = 0; p < PX; p++) acc[p][v] = b;
  }
  for (int ky = 0; ky < k; ky++) {
    const float* xr = x + ky * xRow;
    const float* wr = w + (ptrdiff_t)ky * run * outs;
    for (int j = 0; j < run; j++) {
      Vec wv[NV];
      for (int v = 0; v < NV; v++) wv[v] = load(wr + (ptrdiff_t)j * outs + v * LANES);
#pragma GCC unroll 16
      for (int p = 0; p < PX; p++) {
        const Vec b = splat(xr[p * C + j]);
#pragma GCC unroll 4
        for (int v = 0; v < NV; v++) acc[p][v] += b * wv[v];
      }
    }
  }
  for (int p = 0; p < PX; p++)
    for (int v = 0; v < NV; v++) {
      const ptrdiff_t at = (ptrdiff_t)p * outs + v * LANES;
      Vec s = acc[p][v];
      if (e.kind == Store::leaky) {
        s = s > 0 ? s : s * e.slope;
      } else {
        if (add) s += load(add + at);
        if (e.kind == Store::masked) s = load(gate + at) > 0 ? s : s * e.slope;
      }
      store(to + at, s);
    }
}

template <int C, int NV>
void row(const float* x, ptrdiff_t xRow, int k, const float* w, int outs, float* to, const float* add,
         const float* gate, int width, const Epilogue& e) {
  constexpr int PX = NV == 1 ? kBlock : NV == 2 ? kBlock : NV == 3 ? kBlock * 2 / 3 : kBlock / 2;
  int p = 0;
  auto next = [&](auto px) {
    constexpr int n = decltype(px)::value;
    const ptrdiff_t at = (ptrdiff_t)p * outs;
    pixels<C, n, NV>(x + (ptrdiff_t)p * C, xRow, k, w, outs, to + at, add ? add + at : nullptr,
                     gate ? gate + at : nullptr, e);
    p += n;
  };
  while (p + PX <= width) next(std::integral_constant<int, PX>{});
  while (p < width) next(std::integral_constant<int, 1>{});
}

/** Every pixel of `to`: the k×k kernel w[k][k·C][outs] on x, in steps of at most two vectors of channels. */
template <int C>
void convolveFrom(const Image& x, int k, const float* w, const Image& to, const Image* add, const Image* gate,
                  Epilogue e) {
  const int r = k / 2, outs = to.channels;
  const float* bias = e.bias;
  for (int y = 0; y < to.height; y++)
    for (int c = 0; c < outs;) {
      const int left = (outs - c) / LANES, nv = left == 3 ? 3 : left >= 2 ? 2 : 1;
      e.bias = bias ? bias + c : nullptr;
      const float* a = add ? add->at(y, 0) + c : nullptr;
      const float* g = gate ? gate->at(y, 0) + c : nullptr;
      const float* from = x.at(y - r, -r);
      float* into = to.at(y, 0) + c;
      if (nv == 3) row<C, 3>(from, x.row(), k, w + c, outs, into, a, g, to.width, e);
      else if (nv == 2) row<C, 2>(from, x.row(), k, w + c, outs, into, a, g, to.width, e);
      else row<C, 1>(from, x.row(), k, w + c, outs, into, a, g, to.width, e);
      c += nv * LANES;
    }
}

template <int JB, int NV>
inline void weightBlock(const float* x, int channels, const float* dy, int outs, float* dw, int width) {
  Vec acc[JB][NV];
  for (int j = 0; j < JB; j++)
    for (int v = 0; v < NV; v++) acc[j][v] = load(dw + (ptrdiff_t)j * outs + v * LANES);
  for (int p = 0; p < width; p++) {
    Vec d[NV];
    for (int v = 0; v < NV; v++) d[v] = load(dy + (ptrdiff_t)p * outs + v * LANES);
    const float* xp = x + (ptrdiff_t)p * channels;
#pragma GCC unroll 16
    for (int j = 0; j < JB; j++) {
      const Vec b = splat(xp[j]);
#pragma GCC unroll 4
      for (int v = 0; v < NV; v++) acc[j][v] += b * d[v];
    }
  }
  for (int j = 0; j < JB; j++)
    for (int v = 0; v < NV; v++) store(dw + (ptrdiff_t)j * outs + v * LANES, acc[j][v]);
}

template <int NV>
void weightRow(const float* x, int channels, int run, const float* dy, int outs, float* dw, int width) {
  constexpr int JB = NV == 3 ? kBlock * 2 / 3 : kBlock;
  int j = 0;
  for (; j + JB <= run; j += JB)
    weightBlock<JB, NV>(x + j, channels, dy, outs, dw + (ptrdiff_t)j * outs, width);
  for (; j + 3 <= run; j += 3) weightBlock<3, NV>(x + j, channels, dy, outs, dw + (ptrdiff_t)j * outs, width);
  for (; j < run; j++) weightBlock<1, NV>(x + j, channels, dy, outs, dw + (ptrdiff_t)j * outs, width);
}

/** Adds the gradient to the kernel, dw[k][k·C][outs], of the convolution that made dy from x. */
void addWeightGradient(const Image& x, int k, const Image& dy, float* dw) {
  const int r = k / 2, run = k * x.channels, outs = dy.channels;
  for (int y = 0; y < dy.height; y++)
    for (int ky = 0; ky < k; ky++)
      for (int c = 0; c < outs;) {
        const int left = (outs - c) / LANES, nv = left == 3 ? 3 : left >= 2 ? 2 : 1;
        const float *from = x.at(y + ky - r, -r), *d = dy.at(y, 0) + c;
        float* into = dw + (ptrdiff_t)ky * run * outs + c;
        if (nv == 3) weightRow<3>(from, x.channels, run, d, outs, into, dy.width);
        else if (nv == 2) weightRow<2>(from, x.channels, run, d, outs, into, dy.width);
        else weightRow<1>(from, x.channels, run, d, outs, into, dy.width);
        c += nv * LANES;
      }
}


void convolve(const Image& from, int k, const float* w, const Image& to, const Image* add, const Image* gate,
              Epilogue e) {
  switch (from.channels) {
    case 3: return convolveFrom<3>(from, k, w, to, add, gate, e);
    case 16: return convolveFrom<16>(from, k, w, to, add, gate, e);
    case 32: return convolveFrom<32>(from, k, w, to, add, gate, e);
    case 48: return convolveFrom<48>(from, k, w, to, add, gate, e);
    case 64: return convolveFrom<64>(from, k, w, to, add, gate, e);
  }
}

void multiply(const float* a, const float* b, float* c, int rows, int inner, int cols) {
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < inner; i++) {
      const float f = a[(size_t)r * inner + i];
      const float* from = b + (size_t)i * cols;
      float* to = c + (size_t)r * cols;
      for (int j = 0; j < cols; j++) to[j] += f * from[j];
    }
}

void multiplyTransposed(const float* a, const float* b, float* c, int rows, int inner, int cols, int stride) {
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < inner; i++) {
      const float f = a[(size_t)r * inner + i];
      const float* from = b + (size_t)r * stride;
      float* to = c + (size_t)i * cols;
      for (int j = 0; j < cols; j++) to[j] += f * from[j];
    }
}

}  // namespace

const TrainingKernels* TRAINING() {
  static const TrainingKernels all = {convolve, addWeightGradient, multiply, multiplyTransposed};
  return &all;
}

}  // namespace training
