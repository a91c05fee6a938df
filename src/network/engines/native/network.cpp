#include "network.h"
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include "choices.h"

namespace srgan {

namespace {

constexpr int32_t VERSION = 1;
constexpr int INTS = 16;  // of each operation
constexpr size_t MOST_OPS = 20000;
constexpr int MOST_CHANNELS = 1 << 16;
constexpr int MOST_TAPS = 64;
constexpr int MOST_PAD = 4096;

[[noreturn]] void refuse(const std::string& what) { throw Refused(what); }

int within(int value, int least, int most, const char* what) {
  if (value < least || value > most) refuse(std::string(what) + " is out of range");
  return value;
}

// Numbers of the program, with every access checked.
struct Numbers {
  const float* data;
  size_t count;
  const float* at(int32_t from, size_t length, const char* what) const {
    if (from < 0 || length > count || static_cast<size_t>(from) > count - length) refuse(std::string(what) + " lie outside");
    return data + from;
  }
};

// Places in the packed weights are found first, and filled once it is known how many there are.
struct Packer {
  size_t used = 0;
  size_t take(size_t floats) {
    const size_t at = used;
    used += (floats + 15) / 16 * 16;
    return at;
  }
};

size_t packedConv(const Conv& c) {
  const size_t points = c.winograd ? (c.winograd + 2) * (c.winograd + 2) : c.kernelHeight * c.kernelWidth;
  return points * c.inChannels * ((c.outChannels + BLOCK - 1) / BLOCK) * BLOCK;
}

// Interpolation points of the transform, the last at infinity.
void transformOf(int m, double (*g)[3]) {
  const double four[] = {0, 1, -1, 2, -2}, six[] = {0, 1, -1, 2, -2, 0.5, -0.5};
  const double* points = m == 4 ? four : six;
  const int count = m + 1;
  for (int i = 0; i < count; i++) {
    double product = 1;
    for (int j = 0; j < count; j++)
      if (j != i) product *= points[i] - points[j];
    for (int k = 0; k < 3; k++) g[i][k] = (k == 0 ? 1 : k == 1 ? points[i] : points[i] * points[i]) / product;
  }
  g[count][0] = g[count][1] = 0;
  g[count][2] = 1;
}

// [point][group][input channel][lane of the group]; lanes beyond the last channel are 0.
void packWinograd(const KernelSet& kernels, const Conv& c, const float* weights, float* to) {
  const int t = c.winograd + 2, blocks = (c.outChannels + BLOCK - 1) / BLOCK;
  double g[8][3];
  transformOf(c.winograd, g);
  const size_t perPoint = static_cast<size_t>(c.inChannels) * blocks * BLOCK;
  std::memset(to, 0, perPoint * t * t * sizeof(float));
  size_t groupAt = 0;
  for (int first = 0, group; first < blocks; first += group) {
    group = kernels.groupOf(blocks - first);
    for (int lane = 0; lane < group * BLOCK; lane++) {
      const int out = first * BLOCK + lane;
      if (out >= c.outChannels) break;
      for (int in = 0; in < c.inChannels; in++) {
        const float* w = weights + (static_cast<size_t>(out) * c.inChannels + in) * 9;
        double half[8][3];
        for (int i = 0; i < t; i++)
          for (int j = 0; j < 3; j++) half[i][j] = g[i][0] * w[j] + g[i][1] * w[3 + j] + g[i][2] * w[6 + j];
        for (int i = 0; i < t; i++)
          for (int j = 0; j < t; j++) {
            const double value = half[i][0] * g[j][0] + half[i][1] * g[j][1] + half[i][2] * g[j][2];
            to[(i * t + j) * perPoint + groupAt + static_cast<size_t>(in) * group * BLOCK + lane] = static_cast<float>(value);
          }
      }
    }
    groupAt += static_cast<size_t>(c.inChannels) * group * BLOCK;
  }
}

// [group][block of input channels][row][column][input channel of the block][lane of the group].
void packDirect(const KernelSet& kernels, const Conv& c, const float* weights, float* to) {
  const int blocks = (c.outChannels + BLOCK - 1) / BLOCK, taps = c.kernelHeight * c.kernelWidth;
  for (int first = 0, group; first < blocks; first += group) {
    group = kernels.groupOf(blocks - first);
    for (int from = 0; from < c.inChannels; from += BLOCK)
      for (int tap = 0; tap < taps; tap++)
        for (int in = from; in < c.inChannels && in < from + BLOCK; in++)
          for (int lane = 0; lane < group * BLOCK; lane++) {
            const int out = first * BLOCK + lane;
            *to++ = out < c.outChannels ? weights[(static_cast<size_t>(out) * c.inChannels + in) * taps + tap] : 0;
          }
  }
}

}  // namespace

Aligned::Aligned(size_t floats) {
  const size_t bytes = (floats * sizeof(float) + 63) / 64 * 64 + 64;
#ifdef _WIN32
  void* data = _aligned_malloc(bytes, 64);
#else
  void* data = std::aligned_alloc(64, bytes);
#endif
  if (!data) throw std::bad_alloc();
  data_.reset(static_cast<float*>(data));
}

void Aligned::Free::operator()(float* data) const {
#ifdef _WIN32
  _aligned_free(data);
#else
  std::free(data);
#endif
}

Network::Network(const KernelSet& set, const int32_t* code, size_t length, const float* data, size_t count) : kernels(set) {
  const Numbers numbers{data, count};
  if (length < 2 || code[0] != VERSION) refuse("the program is of another version");
  if (code[1] < 2 || static_cast<size_t>(code[1]) > MOST_OPS) refuse("the number of operations is out of range");
  ops.reserve(code[1]);
  size_t at = 2;
  Packer packer;
  struct Source { const float *weights, *a, *b; };
  std::vector<Source> sources;

  for (int index = 0; index < code[1]; index++) {
    if (length - at < 2) refuse("the program ends too early");
    Op op;
    op.kind = static_cast<Kind>(within(code[at], 0, static_cast<int>(Kind::count) - 1, "a kind of operation"));
    const int inputs = within(code[at + 1], 0, 4096, "a number of inputs");
    if (length - at < 2 + static_cast<size_t>(inputs) + INTS) refuse("the program ends too early");
    for (int i = 0; i < inputs; i++) {
      const int input = within(code[at + 2 + i], 0, index - 1, "an input");
      if (ops[input].kind == Kind::output) refuse("the result is an input");
      op.inputs.push_back(input);
    }
    const int32_t* ints = code + at + 2 + inputs;
    at += 2 + inputs + INTS;
    const auto channelsOf = [&](int i) { return ops[op.inputs[i]].channels; };
    const auto needs = [&](int least, int most) {
      if (inputs < least || inputs > most) refuse("an operation has another number of inputs");
    };
    const auto sameChannels = [&] {
      for (int i = 1; i < inputs; i++)
        if (channelsOf(i) != channelsOf(0)) refuse("channels do not fit");
      op.channels = channelsOf(0);
    };
    Source source{nullptr, nullptr, nullptr};

    switch (op.kind) {
      case Kind::input:
        needs(0, 0);
        if (inputChannels != 0) refuse("there are two inputs");
        inputChannels = op.channels = within(ints[0], 1, BLOCK, "the number of channels of the input");
        break;
      case Kind::given:
        needs(0, 0);
        op.channels = within(ints[0], 1, MOST_CHANNELS, "a number of channels");
        op.ints[0] = static_cast<int>(givens.size());
        givens.push_back(op.channels);
        break;
      case Kind::conv: {
        needs(1, 2);
        Conv& c = op.conv;
        c.inChannels = within(ints[0], 1, MOST_CHANNELS, "a number of channels");
        c.outChannels = op.channels = within(ints[1], 1, MOST_CHANNELS, "a number of channels");
        c.kernelHeight = within(ints[2], 1, MOST_TAPS, "a kernel");
        c.kernelWidth = within(ints[3], 1, MOST_TAPS, "a kernel");
        c.strideY = within(ints[4], 1, MOST_TAPS, "a stride");
        c.strideX = within(ints[5], 1, MOST_TAPS, "a stride");
        c.dilationY = within(ints[6], 1, MOST_TAPS, "a dilation");
        c.dilationX = within(ints[7], 1, MOST_TAPS, "a dilation");
        c.same = ints[8] == -1;
        if (!c.same) {
          c.top = within(ints[8], 0, MOST_PAD, "a border");
          c.left = within(ints[9], 0, MOST_PAD, "a border");
          c.bottom = within(ints[10], 0, MOST_PAD, "a border");
          c.right = within(ints[11], 0, MOST_PAD, "a border");
        }
        if (channelsOf(0) != c.inChannels) refuse("channels do not fit");
        if (inputs == 2 && channelsOf(1) != c.outChannels) refuse("channels do not fit");
        const size_t taps = static_cast<size_t>(c.kernelHeight) * c.kernelWidth;
        source.weights = numbers.at(ints[12], taps * c.inChannels * c.outChannels, "weights");
        if (ints[13] >= 0) source.a = numbers.at(ints[13], c.outChannels, "biases");
        if (ints[14] >= 0) source.b = numbers.at(ints[14], c.outChannels, "slopes");
        const Choice choice = choose(kernels, c);
        c.winograd = choice.winograd;
        c.tilesAtOnce = choice.tilesAtOnce;
        op.weights = packer.take(packedConv(c));
        op.a = packer.take(op.blocks() * BLOCK);
        op.b = packer.take(op.blocks() * BLOCK);
        break;
      }
      case Kind::unary:
        needs(1, 1);
        op.channels = channelsOf(0);
        op.unary = static_cast<Unary>(within(ints[0], 0, static_cast<int>(Unary::count) - 1, "an activation"));
        if (op.unary == Unary::prelu || op.unary == Unary::clip || op.unary == Unary::affine) {
          source.a = numbers.at(ints[1], op.channels, "values");
          if (op.unary != Unary::prelu) source.b = numbers.at(ints[2], op.channels, "values");
        }
        op.a = packer.take(op.blocks() * BLOCK);
        op.b = packer.take(op.blocks() * BLOCK);
        break;
      case Kind::sum: {
        needs(2, 4096);
        sameChannels();
        const float* factors = numbers.at(ints[0], inputs, "factors");
        op.factors.assign(factors, factors + inputs);
        break;
      }
      case Kind::multiply:
        needs(2, 2);
        sameChannels();
        break;
      case Kind::concat: {
        needs(1, 4096);
        int64_t sum = 0;
        for (int i = 0; i < inputs; i++) sum += channelsOf(i);
        if (sum > MOST_CHANNELS) refuse("a number of channels is out of range");
        op.channels = static_cast<int>(sum);
        break;
      }
      case Kind::upsample:
        needs(1, 1);
        op.channels = channelsOf(0);
        for (int i = 0; i < 2; i++) op.ints[i] = within(ints[i], 1, MOST_TAPS, "a factor");
        break;
      case Kind::resample:
        needs(1, 1);
        op.channels = channelsOf(0);
        // a fraction for the rows and one for the columns, then whether it is cubic
        for (int i = 0; i < 4; i++) op.ints[i] = within(ints[i], 1, 10000, "a factor");
        op.list.push_back(within(ints[4], 0, 1, "a kernel"));
        break;
      case Kind::depthToSpace: {
        needs(1, 1);
        const int block = op.ints[0] = within(ints[0], 1, MOST_TAPS, "a block");
        op.ints[1] = within(ints[1], 0, 1, "an order of channels");
        if (channelsOf(0) % (block * block) != 0) refuse("channels do not fit");
        op.channels = channelsOf(0) / (block * block);
        break;
      }
      case Kind::select: {
        needs(1, 1);
        op.channels = within(ints[0], 1, MOST_CHANNELS, "a number of channels");
        const float* list = numbers.at(ints[1], op.channels, "channels");
        for (int i = 0; i < op.channels; i++) {
          if (!(list[i] >= 0 && list[i] < channelsOf(0))) refuse("channels do not fit");
          op.list.push_back(static_cast<int>(list[i]));
        }
        break;
      }
      case Kind::pad:
      case Kind::crop:
        needs(1, 1);
        op.channels = channelsOf(0);
        for (int i = 0; i < 4; i++) op.ints[i] = within(ints[i], 0, MOST_PAD, "a border");
        break;
      case Kind::mean:
        needs(1, 1);
        op.channels = channelsOf(0);
        break;
      case Kind::output:
        needs(1, 1);
        if (index != code[1] - 1) refuse("the result is not the last");
        // the blocks of a last depthToSpace, whose channels come one after the other at each place
        op.ints[0] = within(ints[0], 1, 16, "a block");
        if (channelsOf(0) % (op.ints[0] * op.ints[0]) != 0) refuse("channels do not fit");
        outputChannels = op.channels = channelsOf(0) / (op.ints[0] * op.ints[0]);
        break;
      case Kind::count: refuse("there is no such operation");
    }
    sources.push_back(source);
    ops.push_back(std::move(op));
  }
  if (at != length) refuse("the program has something behind its end");
  if (inputChannels == 0 || ops.back().kind != Kind::output) refuse("the program has no input or no result");

  packed = std::make_unique<Aligned>(packer.used);
  const auto fill = [&](size_t place, int blocks, int channels, const float* from, float otherwise) {
    float* to = packed->data() + place;
    for (int i = 0; i < blocks * BLOCK; i++) to[i] = from && i < channels ? from[i] : otherwise;
  };
  for (size_t i = 0; i < ops.size(); i++) {
    const Op& op = ops[i];
    if (op.kind == Kind::conv) {
      float* to = packed->data() + op.weights;
      if (op.conv.winograd) packWinograd(kernels, op.conv, sources[i].weights, to);
      else packDirect(kernels, op.conv, sources[i].weights, to);
      fill(op.a, op.blocks(), op.channels, sources[i].a, 0);
      fill(op.b, op.blocks(), op.channels, sources[i].b, 1);
    } else if (op.kind == Kind::unary) {
      fill(op.a, op.blocks(), op.channels, sources[i].a, 0);
      fill(op.b, op.blocks(), op.channels, sources[i].b, 0);
    }
  }
  assignHomes();
}

// Concatenations are made by letting their inputs lie one after the other, where that can be: an input that begins
// with a block and lies nowhere else yet. The largest come first, so that those that are their beginnings lie there.
void Network::assignHomes() {
  const int count = static_cast<int>(ops.size());
  std::vector<int> order;
  for (int i = 0; i < count; i++) {
    ops[i].home = {-1, 0};
    if (ops[i].kind == Kind::concat) order.push_back(i);
  }
  for (size_t i = 1; i < order.size(); i++)
    for (size_t j = i; j > 0 && ops[order[j]].channels > ops[order[j - 1]].channels; j--) std::swap(order[j], order[j - 1]);

  const auto open = [&](int blocks) {
    storageBlocks.push_back(blocks);
    return static_cast<int>(storageBlocks.size()) - 1;
  };
  for (int index : order) {
    Op& op = ops[index];
    op.copied.assign(op.inputs.size(), 0);
    // as the beginning of another, or a part of it
    const Home first = ops[op.inputs[0]].home;
    bool lies = first.storage >= 0 && op.home.storage < 0;
    int channel = 0;
    for (size_t i = 0; lies && i < op.inputs.size(); i++) {
      const Op& input = ops[op.inputs[i]];
      lies = channel % BLOCK == 0 && input.home.storage == first.storage &&
             input.home.block == first.block + channel / BLOCK;
      channel += input.channels;
    }
    if (lies) {
      op.home = first;
      continue;
    }
    if (op.home.storage < 0) op.home = {open(op.blocks()), 0};
    channel = 0;
    for (size_t i = 0; i < op.inputs.size(); i++) {
      Op& input = ops[op.inputs[i]];
      const bool whole = channel % BLOCK == 0 && (input.channels % BLOCK == 0 || i + 1 == op.inputs.size());
      if (whole && input.home.storage < 0 && input.kind != Kind::concat) input.home = {op.home.storage, op.home.block + channel / BLOCK};
      else op.copied[i] = 1;
      channel += input.channels;
    }
  }
  for (Op& op : ops)
    if (op.home.storage < 0 && op.kind != Kind::output) op.home = {open(op.blocks()), 0};
}

}  // namespace srgan
