// What a set of kernels for one instruction set offers. No standard headers with code in them: this is compiled
// once for each instruction set, and an inline function of one object must not be taken for that of another.
#pragma once
#include <stddef.h>

namespace srgan {

// Activations lie in blocks of this many channels: [block][row][column][BLOCK]. Lanes beyond the last channel
// hold anything; nothing reads them.
constexpr int BLOCK = 16;

// A part of a tensor, from its first position on. Steps are in floats; `pixel` is 0 for one value per channel.
struct View {
  float* at;
  ptrdiff_t block;
  ptrdiff_t row;
  ptrdiff_t pixel;
};

struct ConvCall {
  View in;   // at the first tap of the first output
  View out;
  View add;  // added after the activation, unless `at` is null
  int height, width;  // of the output
  int inChannels, outBlocks;
  int kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX;
  const float* weights;  // packed by pack.cpp
  const float* bias;     // outBlocks * BLOCK values
  const float* slope;    // below 0, for each channel; 1 where there is no activation
  float* scratch;
  int tilesAtOnce;  // Winograd only
};

enum class Unary { prelu, clip, affine, sigmoid, tanh, silu, elu, softplus, softsign, sqrt, count };

struct KernelSet {
  const char* name;
  // Blocks of output channels that are computed together, of so many that are left.
  int (*groupOf)(int blocksLeft);
  void (*winograd4)(const ConvCall&);
  void (*winograd6)(const ConvCall&);
  void (*direct)(const ConvCall&);
  // `a` and `b` hold a value for each lane of each block: slope; least and most; scale and offset.
  void (*unary)(Unary, const View& in, const View& out, int blocks, int height, int width, const float* a, const float* b);
  // Sum of inputs, each times its own factor.
  void (*sum)(const View* in, const float* factors, int inputs, const View& out, int blocks, int height, int width);
  void (*multiply)(const View& one, const View& other, const View& out, int blocks, int height, int width);
  // Each output is the sum over `taps`² inputs around it. Positions are from in.at on.
  void (*resample)(const View& in, const View& out, int blocks, int height, int width, int taps, const int* rows,
                   const float* rowWeights, const int* columns, const float* columnWeights);
  // Each pixel of a row times `scale`, rounded half up and clamped to 0..most, as BLOCK samples from out[x * step] on.
  // Returns false where one of the first `count` of them was no finite number.
  bool (*toBytes)(const float* in, int pixels, int count, float scale, float most, unsigned char* out, int step);
  bool (*toShorts)(const float* in, int pixels, int count, float scale, float most, unsigned short* out, int step);
};

// Floats of scratch that Winograd needs.
constexpr int SCRATCH_PAD = 16;
constexpr size_t winogradScratch(int m, int tiles, int inBlocks, int outBlocks) {
  return static_cast<size_t>((m + 2) * (m + 2)) *
         (static_cast<size_t>(tiles) * static_cast<size_t>(inBlocks + outBlocks) * BLOCK + 2 * SCRATCH_PAD);
}

}  // namespace srgan
