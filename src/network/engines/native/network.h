// A network as it was handed over by JavaScript, checked, with its weights packed for one set of kernels. Shared by
// all threads; nothing of it changes once it is made.
#pragma once
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include "kernels.h"

namespace srgan {

// In the order of compile.ts.
enum class Kind : int32_t {
  input, conv, unary, sum, multiply, concat, upsample, resample, depthToSpace, select, pad, crop, mean, given, output, count
};

// What is wrong with a program, in a sentence without its end.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Conv {
  int inChannels, outChannels, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX;
  int top, left, bottom, right;  // zeros around the input
  bool same;                     // as many zeros as give ceil(size / stride)
  int winograd;                  // outputs of a tile along one axis; 0: direct
  int tilesAtOnce;
};

struct Aligned {
  explicit Aligned(size_t floats);
  float* data() const { return data_.get(); }

 private:
  struct Free { void operator()(float*) const; };
  std::unique_ptr<float, Free> data_;
};

// Where a tensor lies: one or several of them, one after the other, make a storage.
struct Home {
  int storage;
  int block;  // of the storage, that it begins with
};

struct Op {
  Kind kind;
  std::vector<int> inputs;
  int channels = 0;  // of the result
  Home home{};
  Conv conv{};
  Unary unary{};
  int32_t ints[4]{};           // factors, edges, block and mode
  std::vector<int> list;       // of select
  std::vector<float> factors;  // of sum
  std::vector<char> copied;    // of concat: whether an input must be copied to its place
  size_t weights = 0, a = 0, b = 0;  // places in `packed`
  int blocks() const { return (channels + BLOCK - 1) / BLOCK; }
};

struct Network {
  // Throws Refused.
  Network(const KernelSet&, const int32_t* code, size_t length, const float* numbers, size_t count);

  const KernelSet& kernels;
  std::vector<Op> ops;
  std::vector<int> storageBlocks;
  std::unique_ptr<Aligned> packed;
  int inputChannels = 0, outputChannels = 0;
  std::vector<int> givens;  // channels of each

 private:
  void assignHomes();
};

}  // namespace srgan
