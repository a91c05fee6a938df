// The kernels and what runs them, without Node: random networks against sums in double precision, and hostile
// programs. So it can be built for another processor and run in an emulator, and with sanitizers.
// Prints what is wrong, and ends with status 1. Argument: how many networks of each kind.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
#include "../../../../../src/network/engines/native/run.h"

namespace srgan {
extern const KernelSet KERNELS;
}
using namespace srgan;

namespace {

uint64_t state = 1;
uint32_t random32() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<uint32_t>(state >> 33);
}
int between(int least, int most) { return least + static_cast<int>(random32() % static_cast<uint32_t>(most - least + 1)); }
float value() { return static_cast<float>(random32()) / static_cast<float>(1u << 30) - 1.0f; }

// Channels × height × width values.
struct Planes {
  int channels, height, width;
  std::vector<double> values;
  double at(int c, int y, int x) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return values[(static_cast<size_t>(c) * height + y) * width + x];
  }
};

struct Layer { int in, out, side, stride, dilation, pad; float slope; };

// Writes programs as compile.ts does.
struct Writer {
  std::vector<int32_t> code{1, 0};
  std::vector<float> numbers;
  int push(Kind kind, std::vector<int> inputs, std::vector<int32_t> ints) {
    code.push_back(static_cast<int32_t>(kind));
    code.push_back(static_cast<int32_t>(inputs.size()));
    code.insert(code.end(), inputs.begin(), inputs.end());
    ints.resize(16);
    code.insert(code.end(), ints.begin(), ints.end());
    return code[1]++;
  }
  int32_t add(size_t count, float scale) {
    const int32_t at = static_cast<int32_t>(numbers.size());
    for (size_t i = 0; i < count; i++) numbers.push_back(value() * scale);
    return at;
  }
  int conv(const Layer& l, int input, int32_t* weights, int32_t* bias) {
    *weights = add(static_cast<size_t>(l.out) * l.in * l.side * l.side, 1.0f / static_cast<float>(l.side));
    *bias = add(l.out, 1);
    const int32_t slopes = static_cast<int32_t>(numbers.size());
    numbers.insert(numbers.end(), l.out, l.slope);
    return push(Kind::conv, {input}, {l.in, l.out, l.side, l.side, l.stride, l.stride, l.dilation, l.dilation,
                                      l.pad, l.pad, l.pad, l.pad, *weights, *bias, slopes});
  }
};

Planes convolved(const Planes& in, const Layer& l, const float* weights, const float* bias) {
  const int reach = (l.side - 1) * l.dilation;
  Planes out{l.out, (in.height + 2 * l.pad - reach - 1) / l.stride + 1, (in.width + 2 * l.pad - reach - 1) / l.stride + 1, {}};
  for (int o = 0; o < l.out; o++)
    for (int y = 0; y < out.height; y++)
      for (int x = 0; x < out.width; x++) {
        double sum = bias[o];
        for (int i = 0; i < l.in; i++)
          for (int j = 0; j < l.side; j++)
            for (int k = 0; k < l.side; k++)
              sum += in.at(i, y * l.stride - l.pad + j * l.dilation, x * l.stride - l.pad + k * l.dilation) *
                     static_cast<double>(weights[((static_cast<size_t>(o) * l.in + i) * l.side + j) * l.side + k]);
        out.values.push_back(sum < 0 ? sum * static_cast<double>(l.slope) : sum);
      }
  return out;
}

int wrong = 0;

// How far what a network of two convolutions makes is from sums in double precision.
double apart(const Layer& first, const Layer& second, int height, int width) {
  Writer w;
  const int input = w.push(Kind::input, {}, {first.in});
  int32_t weights[2], bias[2];
  const int one = w.conv(first, input, &weights[0], &bias[0]);
  const int two = w.conv(second, one, &weights[1], &bias[1]);
  w.push(Kind::output, {two}, {1});

  Planes in{first.in, height, width, {}};
  std::vector<float> planes;
  for (int i = 0; i < first.in * height * width; i++) planes.push_back(value()), in.values.push_back(static_cast<double>(planes.back()));
  const Planes expected = convolved(convolved(in, first, w.numbers.data() + weights[0], w.numbers.data() + bias[0]), second,
                                    w.numbers.data() + weights[1], w.numbers.data() + bias[1]);

  Runner runner(std::make_shared<const Network>(KERNELS, w.code.data(), w.code.size(), w.numbers.data(), w.numbers.size()));
  std::vector<float> result(expected.values.size());
  const int extra = expected.height - height;
  // twice: what lies in memory from before must not matter
  for (int i = 0; i < 2; i++)
    runner.runPlanes(planes.data(), width, height, {0, 0, height, width}, extra, nullptr, result.data(), result.size());
  double farthest = 0, largest = 1e-9;
  for (size_t i = 0; i < result.size(); i++) {
    largest = std::fmax(largest, std::fabs(expected.values[i]));
    const double off = std::fabs(static_cast<double>(result[i]) - expected.values[i]);
    farthest = off <= farthest ? farthest : off;  // NaN is kept
  }
  return farthest / largest;
}

void checkConvolutions(int rounds) {
  double worst = 0;
  for (int i = 0; i < rounds; i++) {
    const int sides[] = {1, 2, 3, 3, 3, 3, 5, 7}, side = sides[between(0, 7)];
    const int dilation = side == 3 ? between(1, 5) == 1 ? 2 : 1 : 1;
    const int pad = between(0, (side - 1) * dilation);
    const Layer first{between(1, 16), between(1, 70), 3, 1, 1, 1, between(0, 1) ? 0.2f : 1.0f};
    const Layer second{first.out, between(1, 70), side, 1, dilation, pad, between(0, 1) ? 0.0f : 1.0f};
    const int reach = (side - 1) * dilation - 2 * pad;
    const int least = reach > 0 ? reach + 1 : 1;
    const int height = between(least, least + 20), width = height + between(0, 1) * between(0, 20);
    const double error = apart(first, second, height, width);
    worst = error <= worst ? worst : error;
    if (!(error < 3e-5)) {
      wrong++;
      std::printf("%d to %d to %d channels, side %d, dilation %d, pad %d on %d x %d: %g\n", first.in, first.out, second.out,
                  side, dilation, pad, height, width, error);
    }
  }
  std::printf("%s: %d networks, farthest %.2g of the largest value\n", KERNELS.name, rounds, worst);
}

// Programs that were tampered with are refused, or compute within their own memory: the sanitizers see to that.
void checkHostile(int rounds) {
  int refused = 0;
  for (int i = 0; i < rounds; i++) {
    Writer w;
    int32_t weights, bias;
    const int input = w.push(Kind::input, {}, {3});
    int last = w.conv({3, 16, 3, 1, 1, 1, 0.1f}, input, &weights, &bias);
    last = w.push(Kind::concat, {last, last, input}, {});
    last = w.conv({35, 12, 3, 1, 1, 1, 1}, last, &weights, &bias);
    last = w.push(Kind::depthToSpace, {last}, {2, i % 2});
    last = w.push(Kind::crop, {last}, {1, 1, 1, 1});
    last = w.push(Kind::pad, {last}, {1, 1, 1, 1});
    w.push(Kind::output, {last}, {1});
    const int32_t values[] = {-1, 0, 1, 2, 3, 15, 16, 17, 64, 255, 4096, 65536, 1 << 30, INT32_MIN, INT32_MAX};
    for (int changes = between(1, 3); changes > 0; changes--)
      w.code[between(0, static_cast<int>(w.code.size()) - 1)] = values[between(0, 14)];
    const size_t length = i % 10 == 0 ? between(0, static_cast<int>(w.code.size())) : w.code.size();
    std::vector<float> planes(3 * 12 * 12), result(3 * 24 * 24);
    try {
      Runner runner(std::make_shared<const Network>(KERNELS, w.code.data(), length, w.numbers.data(), w.numbers.size()));
      if (runner.network->inputChannels != 3 || !runner.network->givens.empty()) continue;
      runner.runPlanes(planes.data(), 12, 12, {0, 0, 12, 12}, 0, nullptr, result.data(), result.size());
    } catch (const Refused&) {
      refused++;
    } catch (const std::bad_alloc&) {
      refused++;
    }
  }
  std::printf("%s: %d of %d hostile programs refused\n", KERNELS.name, refused, rounds);
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 200;
  checkConvolutions(rounds);
  checkHostile(rounds * 5);
  return wrong == 0 ? 0 : 1;
}
