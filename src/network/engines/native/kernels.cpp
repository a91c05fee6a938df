// The kernels, for vectors of LANES floats: compiled once for each instruction set, with KERNELS as the name of the
// set. Everything else here has internal linkage.
#include "kernels.h"

#define INLINE inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

namespace srgan {
namespace {

typedef float vf __attribute__((vector_size(LANES * 4)));
typedef float uvf __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int vi __attribute__((vector_size(LANES * 4)));

constexpr int VECTORS = BLOCK / LANES;  // in a block

INLINE vf load(const float* p) { return *reinterpret_cast<const vf*>(p); }
INLINE void store(float* p, vf v) { *reinterpret_cast<vf*>(p) = v; }
INLINE vf all(float x) { return x - vf{}; }
// NaN stays NaN.
INLINE vf activated(vf y, vf slope) { return y < 0.0f ? y * slope : y; }

#include "winograd.h"

// Positions that are computed at once, so that sums and weights fill the registers: x86 has 16 of AVX2 and 32 of
// AVX-512, NEON has 32.
#if LANES == 16
constexpr int GROUPS = 4;
constexpr int positions(int blocks) { return blocks == 1 ? 14 : blocks == 2 ? 12 : blocks == 3 ? 8 : 6; }
#elif LANES == 8
constexpr int GROUPS = 1;
constexpr int positions(int) { return 6; }
#else
constexpr int GROUPS = 1;
constexpr int positions(int) { return 6; }
#endif

int groupOf(int left) {
  if (GROUPS == 1) return 1;
  if (left == 5) return 3;
  return left < GROUPS ? left : GROUPS;
}

// Sums of T positions × B blocks over `depth` values that lie one after the other.
template <int B, int T>
INLINE void accumulate(vf (*sums)[B * VECTORS], const float* __restrict__ in, ptrdiff_t step,
                       const float* __restrict__ weights, int depth) {
  constexpr int N = B * VECTORS;
#pragma GCC unroll 4
  for (int k = 0; k < depth; k++) {
    vf w[N];
    UNROLL for (int c = 0; c < N; c++) w[c] = load(weights + c * LANES);
    weights += B * BLOCK;
    UNROLL for (int t = 0; t < T; t++) {
      vf s = all(in[t * step + k]);
      UNROLL for (int c = 0; c < N; c++) sums[t][c] += s * w[c];
    }
  }
}

template <int B, int T>
void product(const float* __restrict__ in, int inStep, const float* __restrict__ weights, int depth,
             float* __restrict__ out, int outStep) {
  constexpr int N = B * VECTORS;
  vf sums[T][N];
  UNROLL for (int t = 0; t < T; t++) UNROLL for (int c = 0; c < N; c++) sums[t][c] = vf{};
  accumulate<B, T>(sums, in, inStep, weights, depth);
  UNROLL for (int t = 0; t < T; t++) UNROLL for (int c = 0; c < N; c++)
      store(out + t * outStep + c * LANES, sums[t][c]);
}

// The product for the positions that are left over, fewer than those that are computed at once.
template <int B, int T>
INLINE void rest(int count, const float* in, int inStep, const float* weights, int depth, float* out, int outStep) {
  if constexpr (T > 0) {
    if (count == T) product<B, T>(in, inStep, weights, depth, out, outStep);
    else rest<B, T - 1>(count, in, inStep, weights, depth, out, outStep);
  }
}

template <int B>
__attribute__((noinline)) void products(int count, const float* in, int inStep, const float* weights, int depth, float* out,
              int outStep) {
  constexpr int T = positions(B);
  int at = 0;
  for (; at + T <= count; at += T)
    product<B, T>(in + at * inStep, inStep, weights, depth, out + at * outStep, outStep);
  if (at < count) rest<B, T - 1>(count - at, in + at * inStep, inStep, weights, depth, out + at * outStep, outStep);
}

void productsOf(int blocks, int count, const float* in, int inStep, const float* weights, int depth, float* out,
                int outStep) {
  switch (blocks) {
    case 1: return products<1>(count, in, inStep, weights, depth, out, outStep);
#if LANES == 16
    case 2: return products<2>(count, in, inStep, weights, depth, out, outStep);
    case 3: return products<3>(count, in, inStep, weights, depth, out, outStep);
    default: return products<4>(count, in, inStep, weights, depth, out, outStep);
#endif
  }
}

// 3 × 3 convolution: some tiles of M × M outputs at a time are transformed, multiplied and transformed back.
template <int M>
void winograd(const ConvCall& c) {
  constexpr int T = Winograd<M>::T;
  const int inBlocks = (c.inChannels + BLOCK - 1) / BLOCK, inStep = inBlocks * BLOCK, outStep = c.outBlocks * BLOCK;
  const int across = (c.width + M - 1) / M, tiles = across * ((c.height + M - 1) / M);
  const ptrdiff_t inPlane = static_cast<ptrdiff_t>(c.tilesAtOnce) * inStep + SCRATCH_PAD;
  const ptrdiff_t outPlane = static_cast<ptrdiff_t>(c.tilesAtOnce) * outStep + SCRATCH_PAD;
  float* const transformed = c.scratch;
  float* const made = c.scratch + T * T * inPlane;

  for (int first = 0; first < tiles; first += c.tilesAtOnce) {
    const int count = tiles - first < c.tilesAtOnce ? tiles - first : c.tilesAtOnce;
    int y = first / across * M, x = first % across * M;
    for (int n = 0; n < count; n++) {
      const float* from = c.in.at + y * c.in.row + x * BLOCK;
      for (int b = 0; b < inBlocks; b++, from += c.in.block) {
        for (int v = 0; v < VECTORS; v++) {
          vf half[T][T];
#pragma GCC unroll 1
          for (int j = 0; j < T; j++) {
            vf d[T], r[T];
            UNROLL for (int i = 0; i < T; i++) d[i] = load(from + i * c.in.row + j * BLOCK + v * LANES);
            Winograd<M>::input(d, r);
            UNROLL for (int i = 0; i < T; i++) half[i][j] = r[i];
          }
          float* to = transformed + n * inStep + b * BLOCK + v * LANES;
#pragma GCC unroll 1
          for (int i = 0; i < T; i++) {
            vf r[T];
            Winograd<M>::input(half[i], r);
            UNROLL for (int j = 0; j < T; j++) store(to + j * inPlane, r[j]);
            to += T * inPlane;
          }
        }
      }
      if ((x += M) >= across * M) x = 0, y += M;
    }

    const float* weights = c.weights;
    for (int p = 0; p < T * T; p++) {
      for (int b = 0, group; b < c.outBlocks; b += group) {
        group = groupOf(c.outBlocks - b);
        productsOf(group, count, transformed + p * inPlane, inStep, weights, c.inChannels,
                   made + p * outPlane + b * BLOCK, outStep);
        weights += static_cast<ptrdiff_t>(c.inChannels) * group * BLOCK;
      }
    }

    y = first / across * M, x = first % across * M;
    for (int n = 0; n < count; n++) {
      const int rows = c.height - y < M ? c.height - y : M, columns = c.width - x < M ? c.width - x : M;
      for (int b = 0; b < c.outBlocks; b++) {
        for (int v = 0; v < VECTORS; v++) {
          const int lane = b * BLOCK + v * LANES;
          const float* from = made + n * outStep + lane;
          vf half[M][T];
#pragma GCC unroll 1
          for (int j = 0; j < T; j++) {
            vf m[T], r[M];
            UNROLL for (int i = 0; i < T; i++) m[i] = load(from + (i * T + j) * outPlane);
            Winograd<M>::output(m, r);
            UNROLL for (int i = 0; i < M; i++) half[i][j] = r[i];
          }
          const vf bias = load(c.bias + lane), slope = load(c.slope + lane);
          float* to = c.out.at + b * c.out.block + y * c.out.row + x * BLOCK + v * LANES;
          const float* add = c.add.at ? c.add.at + b * c.add.block + y * c.add.row + x * BLOCK + v * LANES : nullptr;
#pragma GCC unroll 1
          for (int i = 0; i < rows; i++) {
            vf r[M];
            Winograd<M>::output(half[i], r);
            UNROLL for (int j = 0; j < M; j++) r[j] = activated(r[j] + bias, slope);
            if (add) {
              // what lies beyond the last column may lie beyond the tensor
              if (columns == M) {
                UNROLL for (int j = 0; j < M; j++) r[j] += load(add + j * BLOCK);
              } else {
                for (int j = 0; j < columns; j++) r[j] += load(add + j * BLOCK);
              }
              add += c.add.row;
            }
            if (columns == M) {
              UNROLL for (int j = 0; j < M; j++) store(to + j * BLOCK, r[j]);
            } else {
              for (int j = 0; j < columns; j++) store(to + j * BLOCK, r[j]);
            }
            to += c.out.row;
          }
        }
      }
      if ((x += M) >= across * M) x = 0, y += M;
    }
  }
}

// T outputs of a row × B blocks.
template <int B, int T>
INLINE void directAt(const ConvCall& c, const float* weights, int y, int x, int firstBlock) {
  constexpr int N = B * VECTORS;
  vf sums[T][N];
  UNROLL for (int v = 0; v < N; v++) {
    vf bias = load(c.bias + firstBlock * BLOCK + v * LANES);
    UNROLL for (int t = 0; t < T; t++) sums[t][v] = bias;
  }
  const float* in = c.in.at + static_cast<ptrdiff_t>(y) * c.strideY * c.in.row + static_cast<ptrdiff_t>(x) * c.strideX * BLOCK;
  for (int left = c.inChannels; left > 0; left -= BLOCK, in += c.in.block) {
    const int depth = left < BLOCK ? left : BLOCK;
    for (int i = 0; i < c.kernelHeight; i++)
      for (int j = 0; j < c.kernelWidth; j++) {
        accumulate<B, T>(sums, in + i * c.dilationY * c.in.row + j * c.dilationX * BLOCK, c.strideX * BLOCK, weights, depth);
        weights += depth * B * BLOCK;
      }
  }
  UNROLL for (int v = 0; v < N; v++) {
    const int block = firstBlock + v / VECTORS, lane = v % VECTORS * LANES;
    const vf slope = load(c.slope + block * BLOCK + lane);
    float* to = c.out.at + block * c.out.block + y * c.out.row + x * BLOCK + lane;
    UNROLL for (int t = 0; t < T; t++) sums[t][v] = activated(sums[t][v], slope);
    if (c.add.at) {
      const float* add = c.add.at + block * c.add.block + y * c.add.row + x * BLOCK + lane;
      UNROLL for (int t = 0; t < T; t++) sums[t][v] += load(add + t * BLOCK);
    }
    UNROLL for (int t = 0; t < T; t++) store(to + t * BLOCK, sums[t][v]);
  }
}

template <int B, int T>
INLINE void directRest(int count, const ConvCall& c, const float* weights, int y, int x, int block) {
  if constexpr (T > 0) {
    if (count == T) directAt<B, T>(c, weights, y, x, block);
    else directRest<B, T - 1>(count, c, weights, y, x, block);
  }
}

template <int B>
__attribute__((noinline)) void directRow(const ConvCall& c, const float* weights, int y, int block) {
  constexpr int T = positions(B);
  int x = 0;
  for (; x + T <= c.width; x += T) directAt<B, T>(c, weights, y, x, block);
  if (x < c.width) directRest<B, T - 1>(c.width - x, c, weights, y, x, block);
}

void direct(const ConvCall& c) {
  const ptrdiff_t perBlock = static_cast<ptrdiff_t>(c.inChannels) * c.kernelHeight * c.kernelWidth * BLOCK;
  for (int y = 0; y < c.height; y++) {
    const float* weights = c.weights;
    for (int b = 0, group; b < c.outBlocks; b += group) {
      group = groupOf(c.outBlocks - b);
      switch (group) {
        case 1: directRow<1>(c, weights, y, b); break;
#if LANES == 16
        case 2: directRow<2>(c, weights, y, b); break;
        case 3: directRow<3>(c, weights, y, b); break;
        default: directRow<4>(c, weights, y, b); break;
#endif
      }
      weights += perBlock * group;
    }
  }
}

// e^x within 2 units of the last place; x is clamped to what a float can hold.
INLINE vf exponential(vf x) {
  x = x < -87.0f ? all(-87.0f) : x;
  x = x > 88.0f ? all(88.0f) : x;
  const vf shifted = x * 1.44269504f + 12582912.0f;
  const vf n = shifted - 12582912.0f;
  const vf r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  vf p = 1.9875691500e-4f * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const vi power = (__builtin_convertvector(n, vi) + 127) << 23;
  vf scale;
  __builtin_memcpy(&scale, &power, sizeof scale);
  return p * scale;
}

INLINE vf sigmoidOf(vf x) { return 1.0f / (1.0f + exponential(-x)); }

template <typename F>
INLINE void each(const View& in, const View& out, int blocks, int height, int width, F f) {
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < height; y++) {
      const float* from = in.at + b * in.block + y * in.row;
      float* to = out.at + b * out.block + y * out.row;
      for (int x = 0; x < width; x++)
        UNROLL for (int v = 0; v < VECTORS; v++)
            store(to + x * BLOCK + v * LANES, f(load(from + x * in.pixel + v * LANES), b * BLOCK + v * LANES));
    }
}

template <typename F>
INLINE vf byLane(vf x, F f) {
  for (int i = 0; i < LANES; i++) x[i] = f(x[i]);
  return x;
}

void unary(Unary kind, const View& in, const View& out, int blocks, int height, int width, const float* a, const float* b) {
  switch (kind) {
    case Unary::prelu:
      return each(in, out, blocks, height, width, [&](vf x, int lane) { return activated(x, load(a + lane)); });
    case Unary::clip:
      return each(in, out, blocks, height, width, [&](vf x, int lane) {
        vf least = load(a + lane), most = load(b + lane);
        x = x < least ? least : x;
        return x > most ? most : x;
      });
    case Unary::affine:
      return each(in, out, blocks, height, width, [&](vf x, int lane) { return x * load(a + lane) + load(b + lane); });
    case Unary::sigmoid:
      return each(in, out, blocks, height, width, [](vf x, int) { return sigmoidOf(x); });
    case Unary::silu:
      return each(in, out, blocks, height, width, [](vf x, int) { return x * sigmoidOf(x); });
    case Unary::tanh:
      return each(in, out, blocks, height, width, [](vf x, int) { return 1.0f - 2.0f / (exponential(x + x) + 1.0f); });
    case Unary::elu:
      return each(in, out, blocks, height, width, [](vf x, int) { return x < 0.0f ? exponential(x) - 1.0f : x; });
    case Unary::softplus:
      return each(in, out, blocks, height, width, [](vf x, int) {
        return byLane(x, [](float v) { return v > 20.0f ? v : __builtin_logf(1.0f + __builtin_expf(v)); });
      });
    case Unary::softsign:
      return each(in, out, blocks, height, width, [](vf x, int) { return x / (1.0f + (x < 0.0f ? -x : x)); });
    case Unary::sqrt:
      return each(in, out, blocks, height, width, [](vf x, int) { return byLane(x, [](float v) { return __builtin_sqrtf(v); }); });
    case Unary::count: return;
  }
}

void sum(const View* in, const float* factors, int inputs, const View& out, int blocks, int height, int width) {
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < height; y++) {
      float* to = out.at + b * out.block + y * out.row;
      for (int i = 1; i < inputs; i++) {
        const View& one = in[0];
        const float* first = i == 1 ? one.at + b * one.block + y * one.row : to;
        const ptrdiff_t step = i == 1 ? one.pixel : BLOCK;
        const vf scale = all(i == 1 ? factors[0] : 1.0f), other = all(factors[i]);
        const float* from = in[i].at + b * in[i].block + y * in[i].row;
        for (int x = 0; x < width; x++)
          UNROLL for (int v = 0; v < VECTORS; v++)
              store(to + x * BLOCK + v * LANES, scale * load(first + x * step + v * LANES) +
                                                    other * load(from + x * in[i].pixel + v * LANES));
      }
    }
}

void multiply(const View& one, const View& other, const View& out, int blocks, int height, int width) {
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < height; y++) {
      const float* p = one.at + b * one.block + y * one.row;
      const float* q = other.at + b * other.block + y * other.row;
      float* to = out.at + b * out.block + y * out.row;
      for (int x = 0; x < width; x++)
        UNROLL for (int v = 0; v < VECTORS; v++)
            store(to + x * BLOCK + v * LANES, load(p + x * one.pixel + v * LANES) * load(q + x * other.pixel + v * LANES));
    }
}

void resample(const View& in, const View& out, int blocks, int height, int width, int taps, const int* rows,
              const float* rowWeights, const int* columns, const float* columnWeights) {
  for (int b = 0; b < blocks; b++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        for (int v = 0; v < VECTORS; v++) {
          vf whole = vf{};
          for (int i = 0; i < taps; i++) {
            const float* row = in.at + b * in.block + rows[y * taps + i] * in.row + v * LANES;
            vf line = vf{};
            for (int j = 0; j < taps; j++) line += columnWeights[x * taps + j] * load(row + columns[x * taps + j] * BLOCK);
            whole += rowWeights[y * taps + i] * line;
          }
          store(out.at + b * out.block + y * out.row + x * BLOCK + v * LANES, whole);
        }
}

template <typename Sample>
INLINE bool toSamples(const float* in, int pixels, int count, float scale, float most, Sample* out, int step) {
  typedef Sample samples __attribute__((vector_size(LANES * sizeof(Sample)), aligned(1)));
  vf wrong[VECTORS], top = all(most);
  UNROLL for (int v = 0; v < VECTORS; v++) wrong[v] = vf{};
  for (int x = 0; x < pixels; x++, in += BLOCK, out += step)
    UNROLL for (int v = 0; v < VECTORS; v++) {
      vf value = load(in + v * LANES) * scale;
      wrong[v] += value - value;
      value = value > 0.0f ? value : vf{};
      value = value < top ? value + 0.5f : top;
      const samples whole = __builtin_convertvector(__builtin_convertvector(value, vi), samples);
      __builtin_memcpy(out + v * LANES, &whole, sizeof whole);
    }
  bool finite = true;
  for (int i = 0; i < count; i++) finite = finite && wrong[i / LANES][i % LANES] == 0.0f;
  return finite;
}

bool toBytes(const float* in, int pixels, int count, float scale, float most, unsigned char* out, int step) {
  return toSamples(in, pixels, count, scale, most, out, step);
}

bool toShorts(const float* in, int pixels, int count, float scale, float most, unsigned short* out, int step) {
  return toSamples(in, pixels, count, scale, most, out, step);
}

}  // namespace

extern const KernelSet KERNELS;
const KernelSet KERNELS = {KERNELS_NAME, groupOf, winograd<4>, winograd<6>, direct,  unary,
                           sum,          multiply, resample,    toBytes,     toShorts};

}  // namespace srgan
