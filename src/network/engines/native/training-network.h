// A super-resolution network of our shape while it is trained: forward, gradients, updates.
//
//   h0 = leaky(conv5x5(x)), h1..hM = leaky(conv3x3(h)), y = conv3x3(hM + h0) + conv5x5(x), then depth to space.
//
// Kernels are updated by orthogonalised momentum (Jordan et al., "Muon: An optimizer for hidden layers in neural
// networks", 2024): all directions in which a layer can change are learned at the same speed, not only the few that
// most of the gradient points in. Biases and the skip are updated by Adam.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "training-kernels.h"

namespace training {

constexpr int kPad = 16;  // channels of a result are padded to whole vectors of the widest instruction set
inline int padded(int n) { return (n + kPad - 1) / kPad * kPad; }

struct Parameter {
  std::string name;
  std::vector<float> value, gradient, mean, square, average;
  Parameter() = default;
  Parameter(std::string n, size_t size) : name(std::move(n)), value(size), gradient(size), mean(size), square(size), average(size) {}
};

struct Layer {
  int k, in, outs;
  Parameter weight, bias;  // weight: [k·k·in][outs]
  bool hasBias;
  std::vector<float> kernel, turned;  // [k][k·in][padded outs], and of the gradient: [k][k·padded outs][in]
  std::vector<float> paddedBias;

  Layer(const std::string& name, int k, int in, int outs, bool hasBias)
      : k(k), in(in), outs(outs), weight(name + "w", (size_t)k * k * in * outs), bias(name + "b", hasBias ? outs : 0),
        hasBias(hasBias), kernel((size_t)k * k * in * padded(outs)), turned(kernel.size()), paddedBias(padded(outs)) {}

  int rows() const { return k * k * in; }

  /** Lays the weights out as the convolutions read them. */
  void layOut(bool average = false) {
    const std::vector<float>& w = average ? weight.average : weight.value;
    const int po = padded(outs);
    for (int t = 0; t < k * k; t++)
      for (int i = 0; i < in; i++)
        for (int o = 0; o < outs; o++) {
          const float v = w[((size_t)t * in + i) * outs + o];
          kernel[((size_t)t * in + i) * po + o] = v;
          turned[((size_t)(k * k - 1 - t) * po + o) * in + i] = v;
        }
    if (hasBias) std::copy_n((average ? bias.average : bias.value).data(), outs, paddedBias.data());
  }

  /** Takes the gradients, dw[rows][padded outs], without what pads them. */
  void takeGradients(const float* dw, const float* dBias) {
    const int po = padded(outs);
    if (hasBias) std::copy_n(dBias, outs, bias.gradient.data());
    for (int r = 0; r < rows(); r++) std::copy_n(dw + (size_t)r * po, outs, weight.gradient.data() + (size_t)r * outs);
  }
};

struct Shape {
  int width, depth, scale;
  float slope;
};

class Network {
 public:
  const Shape shape;
  const TrainingKernels* kernels;
  std::vector<Layer> layers;  // first, middle..., last, skip

  Network(const Shape& s, const TrainingKernels* kernels) : shape(s), kernels(kernels) {
    if (s.width % kPad || s.width < kPad || s.width > 64 || s.depth < 1 || s.depth > 64 || s.scale < 1 ||
        s.scale > 4)
      throw std::invalid_argument("width is 16, 32, 48 or 64, depth 1 to 64, scale 1 to 4");
    const int outs = 3 * s.scale * s.scale;
    layers.emplace_back("i", 5, 3, s.width, true);
    for (int m = 0; m < s.depth; m++) layers.emplace_back("m" + std::to_string(m), 3, s.width, s.width, true);
    layers.emplace_back("o", 3, s.width, outs, true);
    layers.emplace_back("sk", 5, 3, outs, false);
  }

  Layer& first() { return layers[0]; }
  Layer& middle(int m) { return layers[1 + m]; }
  Layer& last() { return layers[shape.depth + 1]; }
  Layer& skip() { return layers[shape.depth + 2]; }

  template <class F>
  void eachParameter(F f) {
    for (Layer& l : layers) {
      f(l.weight);
      if (l.hasBias) f(l.bias);
    }
  }
};

/** Charbonnier's loss, which is square below `epsilon` and linear above, of RGB and with the share `luma` of luma. */
struct Loss {
  float epsilon, luma;

  /** @returns the loss of one pixel, times 3; `p`, its RGB values, become the gradient to them, times `share` */
  float ofPixel(float* p, const float* target, float share) const {
    static const float kLuma[3] = {0.299f, 0.587f, 0.114f};
    float e[3], ey = 0;
    for (int c = 0; c < 3; c++) e[c] = p[c] - target[c], ey += kLuma[c] * e[c];
    const float sizeY = size(ey);
    float sum = 3 * luma * sizeY;
    for (int c = 0; c < 3; c++) {
      const float sizeC = size(e[c]);
      sum += (1 - luma) * sizeC;
      p[c] = share * ((1 - luma) * slope(e[c], sizeC) + 3 * luma * kLuma[c] * slope(ey, sizeY));
    }
    return sum;
  }

 private:
  float size(float e) const { return epsilon > 0 ? std::sqrt(e * e + epsilon * epsilon) : std::fabs(e); }
  static float slope(float e, float size) { return size > 0 ? e / size : 0; }
};

/** Memory for one image on its way forward and back, and the gradients of those that it has seen. */
class Shard {
 public:
  /** @param learns whether it also has memory for the way back */
  Shard(Network& net, int height, int width, bool learns) : net(net), height(height), width(width) {
    const int f = net.shape.width, po = padded(net.last().outs);
    x = image(2, 3);
    for (int m = 0; m <= net.shape.depth; m++) h.push_back(image(1, f));
    sum = image(1, f), y = image(2, po);
    if (!learns) return;
    dSum = image(1, f), d = image(1, f), dNext = image(1, f);
    for (Layer& l : net.layers) {
      dKernel.emplace_back(l.kernel.size());
      dBias.emplace_back(padded(l.outs));
    }
  }

  void clear() {
    for (auto& g : dKernel) std::fill(g.begin(), g.end(), 0.f);
    for (auto& g : dBias) std::fill(g.begin(), g.end(), 0.f);
    loss = 0;
  }

  /** `from` is [height][width][3]; the result lies in y, [height][width][padded 3·s²]. */
  void forward(const float* from) {
    for (int r = 0; r < height; r++) std::memcpy(x.at(r, 0), from + (size_t)r * width * 3, sizeof(float) * width * 3);
    const Epilogue plain{Store::plain, nullptr, 0};
    convolve(x, net.first(), h[0], Store::leaky);
    for (int m = 0; m < net.shape.depth; m++) convolve(h[m], net.middle(m), h[m + 1], Store::leaky);
    const Image &top = h[net.shape.depth], &bottom = h[0];
    for (ptrdiff_t i = 0; i < sum.floats(); i++) sum.data[i] = top.data[i] + bottom.data[i];
    net.kernels->convolve(x, net.skip().k, net.skip().kernel.data(), y, nullptr, nullptr, plain);
    net.kernels->convolve(sum, net.last().k, net.last().kernel.data(), y, &y, nullptr, {Store::plain, net.last().paddedBias.data(), 0});
  }

  /** Adds the loss and the gradients of one image; `target` is [height][width][3·s²], `share` 1 / values in the batch. */
  void backward(const float* target, const Loss& how, double share) {
    const int outs = net.last().outs, po = y.channels, depth = net.shape.depth;
    for (int r = 0; r < height; r++) {
      float* p = y.at(r, 0);
      const float* t = target + (size_t)r * width * outs;
      for (int c = 0; c < width; c++, p += po, t += outs)
        for (int o = 0; o < outs; o += 3) loss += share * how.ofPixel(p + o, t + o, (float)share);
    }
    const int last = depth + 1, skip = depth + 2;
    net.kernels->addWeightGradient(x, net.skip().k, y, dKernel[skip].data());
    learn(sum, y, last);
    // the gradient to the sum goes both ways: through the last leaky ReLU, and past all of the middle
    net.kernels->convolve(y, net.last().k, net.last().turned.data(), dSum, nullptr, nullptr, {Store::plain, nullptr, 0});
    mask(dSum, h[depth], d);
    for (int m = depth - 1; m >= 0; m--) {
      learn(h[m], d, 1 + m);
      net.kernels->convolve(d, net.middle(m).k, net.middle(m).turned.data(), dNext, m == 0 ? &dSum : nullptr, &h[m],
               {Store::masked, nullptr, net.shape.slope});
      std::swap(d, dNext);
    }
    learn(x, d, 0);
  }

  double loss = 0;
  std::vector<std::vector<float>> dKernel, dBias;
  Image y{};

 private:
  Network& net;
  int height, width;
  Image x{}, sum{}, dSum{}, d{}, dNext{};
  std::vector<Image> h;
  std::vector<std::vector<float>> memory;

  Image image(int border, int channels) {
    Image i{nullptr, height, width, border, channels};
    memory.emplace_back((size_t)i.floats() + 64);
    i.data = memory.back().data();
    return i;
  }

  void convolve(const Image& from, const Layer& l, const Image& to, Store kind) {
    net.kernels->convolve(from, l.k, l.kernel.data(), to, nullptr, nullptr, {kind, l.paddedBias.data(), net.shape.slope});
  }

  void learn(const Image& from, const Image& to, int layer) {
    net.kernels->addWeightGradient(from, net.layers[layer].k, to, dKernel[layer].data());
    float* b = dBias[layer].data();
    for (int r = 0; r < height; r++) {
      const float* p = to.at(r, 0);
      for (int c = 0; c < width; c++, p += to.channels)
        for (int o = 0; o < to.channels; o++) b[o] += p[o];
    }
  }

  void mask(const Image& from, const Image& gate, const Image& to) {
    for (int r = 0; r < height; r++) {
      const float *f = from.at(r, 0), *g = gate.at(r, 0);
      float* t = to.at(r, 0);
      for (int i = 0; i < width * from.channels; i++) t[i] = g[i] > 0 ? f[i] : f[i] * net.shape.slope;
    }
  }
};

struct Step {
  float rate;   // of the updates
  float decay;  // of the average of the weights
  Loss loss;
};

class Trainer {
 public:
  Network net;

  /** The images of a batch are spread over `shards`, whose gradients are summed in order: the same for any threads. */
  Trainer(const Shape& s, const TrainingKernels* kernels, int side, int shards, int threads)
      : net(s, kernels), side(side), threads(std::min(threads, shards)) {
    if (side < 8 || side > 512 || shards < 1 || shards > 64) throw std::invalid_argument("side is 8 to 512, shards 1 to 64");
    for (int i = 0; i < shards; i++) this->shards.push_back(std::make_unique<Shard>(net, side, side, true));
  }

  /** @returns the loss, without having learned where it or a gradient is not finite */
  double step(const float* x, const float* target, int batch, const Step& how) {
    const double loss = gradients(x, target, batch, how.loss);
    bool finite = std::isfinite(loss);
    net.eachParameter([&](Parameter& p) {
      for (float g : p.gradient) finite = finite && std::isfinite(g);
    });
    if (!finite) return NAN;
    steps++;
    for (Layer& l : net.layers) {
      if (l.hasBias) {
        orthogonal(l, how.rate);
        adam(l.bias, how.rate);
      } else {
        adam(l.weight, how.rate);
      }
    }
    net.eachParameter([&](Parameter& p) {
      for (size_t i = 0; i < p.value.size(); i++) p.average[i] = how.decay * p.average[i] + (1 - how.decay) * p.value[i];
    });
    return loss;
  }

  /** Fills the gradients of all parameters. `x` is [batch][side][side][3], `target` [batch][side][side][3·s²]. */
  double gradients(const float* x, const float* target, int batch, const Loss& how) {
    const int outs = net.last().outs;
    const size_t px = (size_t)side * side;
    const double share = 1.0 / ((double)batch * px * outs);
    for (Layer& l : net.layers) l.layOut();
    work([&](int s) {
      Shard& shard = *shards[s];
      shard.clear();
      for (int i = s; i < batch; i += (int)shards.size()) {
        shard.forward(x + i * px * 3);
        shard.backward(target + i * px * outs, how, share);
      }
    });
    Shard& sum = *shards[0];
    for (size_t s = 1; s < shards.size(); s++) {
      sum.loss += shards[s]->loss;
      for (size_t l = 0; l < net.layers.size(); l++) {
        for (size_t i = 0; i < sum.dKernel[l].size(); i++) sum.dKernel[l][i] += shards[s]->dKernel[l][i];
        for (size_t i = 0; i < sum.dBias[l].size(); i++) sum.dBias[l][i] += shards[s]->dBias[l][i];
      }
    }
    for (size_t l = 0; l < net.layers.size(); l++) net.layers[l].takeGradients(sum.dKernel[l].data(), sum.dBias[l].data());
    return sum.loss;
  }

  /** The image [height][width][3] enlarged, as [height][width][3·s²], by the averaged weights. */
  void enlarge(const float* from, int height, int width, float* result) {
    for (Layer& l : net.layers) l.layOut(true);
    Shard shard(net, height, width, false);
    shard.forward(from);
    const int outs = net.last().outs;
    for (int r = 0; r < height; r++)
      for (int c = 0; c < width; c++)
        std::copy_n(shard.y.at(r, c), outs, result + ((size_t)r * width + c) * outs);
  }

  long steps = 0;

 private:
  int side, threads;
  std::vector<std::unique_ptr<Shard>> shards;

  void adam(Parameter& p, float rate) {
    const float first = (float)(rate / (1 - std::pow(0.9, steps))), root = (float)(1 / (1 - std::pow(0.999, steps)));
    for (size_t i = 0; i < p.value.size(); i++) {
      const float g = p.gradient[i];
      p.mean[i] = 0.9f * p.mean[i] + 0.1f * g;
      p.square[i] = 0.999f * p.square[i] + 0.001f * g * g;
      p.value[i] -= first * p.mean[i] / (std::sqrt(p.square[i] * root) + 1e-8f);
    }
  }

  /**
   * Moves a kernel, as a matrix [k·k·in][outs], by its momentum with all singular values brought near 1: five steps of
   * a Newton–Schulz iteration with the coefficients of Jordan et al. The size is that of a step of Adam, a fifth of
   * the rate for each weight (Liu et al., "Muon is scalable for LLM training", 2025).
   */
  void orthogonal(Layer& l, float rate) {
    constexpr float kMomentum = 0.95f;
    Parameter& p = l.weight;
    const int rows = l.rows(), cols = l.outs;
    std::vector<float> x(p.value.size()), next(x.size()), gram((size_t)cols * cols), scaled(gram.size()), mix(gram.size());
    double norm = 0;
    for (size_t i = 0; i < x.size(); i++) {
      p.mean[i] = kMomentum * p.mean[i] + (1 - kMomentum) * p.gradient[i];
      x[i] = kMomentum * p.mean[i] + (1 - kMomentum) * p.gradient[i];
      norm += (double)x[i] * x[i];
    }
    if (norm == 0) return;
    const float inverse = (float)(1 / std::sqrt(norm));
    for (float& v : x) v *= inverse;
    for (int n = 0; n < 5; n++) {
      std::fill(gram.begin(), gram.end(), 0.f);
      net.kernels->multiplyTransposed(x.data(), x.data(), gram.data(), rows, cols, cols, cols);
      for (size_t i = 0; i < gram.size(); i++) mix[i] = -4.7750f * gram[i], scaled[i] = 2.0315f * gram[i];
      net.kernels->multiply(scaled.data(), gram.data(), mix.data(), cols, cols, cols);
      for (size_t i = 0; i < x.size(); i++) next[i] = 3.4445f * x[i];
      net.kernels->multiply(x.data(), mix.data(), next.data(), rows, cols, cols);
      x.swap(next);
    }
    const float size = rate * 0.2f * std::sqrt((float)std::max(rows, cols));
    for (size_t i = 0; i < x.size(); i++) p.value[i] -= size * x[i];
  }

  template <class F>
  void work(F f) {
    std::vector<std::thread> others;
    auto part = [&](int t) {
      for (size_t s = t; s < shards.size(); s += threads) f((int)s);
    };
    for (int t = 1; t < threads; t++) others.emplace_back(part, t);
    part(0);
    for (auto& o : others) o.join();
  }
};

}  // namespace training
