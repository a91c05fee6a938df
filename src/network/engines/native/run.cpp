#include "run.h"
#include <algorithm>
#include <cmath>
#include <cstring>

namespace srgan {

namespace {

// Tiles at the borders and the corners of an image have other sizes than those inside, and a pixel more or less.
constexpr size_t MOST_PLANS = 32;

}  // namespace

const Plan& Runner::planFor(int width, int height, Region wanted, int extra) {
  for (size_t i = 0; i < plans.size(); i++) {
    const Plan& p = plans[i];
    if (p.width == width && p.height == height && p.wanted.top == wanted.top && p.wanted.left == wanted.left &&
        p.wanted.bottom == wanted.bottom && p.wanted.right == wanted.right) {
      std::rotate(plans.begin() + static_cast<ptrdiff_t>(i), plans.begin() + static_cast<ptrdiff_t>(i) + 1, plans.end());
      return plans.back();
    }
  }
  Plan made = makePlan(*network, width, height, wanted, extra);
  checkPlan(*network, made);
  if (made.arenaFloats > arenaFloats) {
    arena.reset();
    arenaFloats = 0;
    arena = std::make_unique<Aligned>(made.arenaFloats);
    arenaFloats = made.arenaFloats;
  }
  if (made.scratchFloats > scratchFloats) {
    scratch.reset();
    scratchFloats = 0;
    scratch = std::make_unique<Aligned>(made.scratchFloats);
    scratchFloats = made.scratchFloats;
  }
  if (plans.size() >= MOST_PLANS) plans.erase(plans.begin());
  plans.push_back(std::move(made));
  return plans.back();
}

View Runner::viewOf(const Plan& plan, int tensor, int y, int x) const {
  const Home home = network->ops[tensor].home;
  const Storage& s = plan.storages[home.storage];
  float* at = arena->data() + s.at + home.block * s.block + (y - s.region.top) * s.row + (x - s.region.left) * BLOCK;
  return {at, s.block, s.row, BLOCK};
}

// What lies around the part that is computed, where convolutions read it: zeros, by which the network pads, and
// what is of no consequence but must be finite.
void Runner::zeroAround(const Plan& plan, int index) {
  const Op& op = network->ops[index];
  const Storage& s = plan.storages[op.home.storage];
  const Region made = plan.made[index], all = s.region;
  const auto clear = [](float* at, int positions) {
    if (positions > 0) std::memset(at, 0, static_cast<size_t>(positions) * BLOCK * sizeof(float));
  };
  for (int b = 0; b < op.blocks(); b++) {
    float* row = arena->data() + s.at + (op.home.block + b) * s.block;
    clear(row, (made.top - all.top) * all.width());
    clear(row + (made.bottom - all.top) * s.row, (all.bottom - made.bottom) * all.width());
    if (made.left == all.left && made.right == all.right) continue;
    row += (made.top - all.top) * s.row;
    for (int y = made.top; y < made.bottom; y++, row += s.row) {
      clear(row, made.left - all.left);
      clear(row + (made.right - all.left) * BLOCK, all.right - made.right);
    }
  }
}

void Runner::conv(const Plan& plan, const Op& op, Region made, const View& out) {
  const Conv& c = op.conv;
  const Region read = readBy(*network, plan, op, 0, made);
  const float* packed = network->packed->data();
  ConvCall call{};
  call.in = viewOf(plan, op.inputs[0], read.top, read.left);
  call.out = out;
  call.add = op.inputs.size() == 2 ? viewOf(plan, op.inputs[1], made.top, made.left) : View{};
  call.height = made.height();
  call.width = made.width();
  call.inChannels = c.inChannels;
  call.outBlocks = op.blocks();
  call.kernelHeight = c.kernelHeight;
  call.kernelWidth = c.kernelWidth;
  call.strideY = c.strideY;
  call.strideX = c.strideX;
  call.dilationY = c.dilationY;
  call.dilationX = c.dilationX;
  call.weights = packed + op.weights;
  call.bias = packed + op.a;
  call.slope = packed + op.b;
  call.scratch = scratch ? scratch->data() : nullptr;
  call.tilesAtOnce = c.tilesAtOnce;
  if (c.winograd == 4) network->kernels.winograd4(call);
  else if (c.winograd == 6) network->kernels.winograd6(call);
  else network->kernels.direct(call);
}

// Operations that move values between channels or positions.
void Runner::channelwise(const Plan& plan, int index) {
  const Op& op = network->ops[index];
  const Region made = plan.made[index];
  const View out = viewOf(plan, index, made.top, made.left);
  const auto pixels = [](const View& v, int y, int x) { return v.at + y * v.row + x * v.pixel; };
  switch (op.kind) {
    case Kind::concat: {
      int channel = 0;
      for (size_t i = 0; i < op.inputs.size(); i++) {
        const int channels = network->ops[op.inputs[i]].channels;
        if (op.copied[i]) {
          const View in = viewOf(plan, op.inputs[i], made.top, made.left);
          for (int c = 0; c < channels; c++) {
            const int to = channel + c;
            for (int y = 0; y < made.height(); y++) {
              const float* p = in.at + c / BLOCK * in.block + y * in.row + c % BLOCK;
              float* q = out.at + to / BLOCK * out.block + y * out.row + to % BLOCK;
              for (int x = 0; x < made.width(); x++) q[x * BLOCK] = p[x * BLOCK];
            }
          }
        }
        channel += channels;
      }
      return;
    }
    case Kind::select: {
      const View in = viewOf(plan, op.inputs[0], made.top, made.left);
      for (int c = 0; c < op.channels; c++) {
        const int from = op.list[c];
        for (int y = 0; y < made.height(); y++) {
          const float* p = in.at + from / BLOCK * in.block + y * in.row + from % BLOCK;
          float* q = out.at + c / BLOCK * out.block + y * out.row + c % BLOCK;
          for (int x = 0; x < made.width(); x++) q[x * BLOCK] = p[x * BLOCK];
        }
      }
      return;
    }
    case Kind::upsample: {
      const View in = viewOf(plan, op.inputs[0], 0, 0);
      for (int b = 0; b < op.blocks(); b++)
        for (int y = made.top; y < made.bottom; y++) {
          const float* row = in.at + b * in.block + y / op.ints[0] * in.row;
          float* q = out.at + b * out.block + (y - made.top) * out.row;
          for (int x = made.left; x < made.right; x++, q += BLOCK) std::memcpy(q, row + x / op.ints[1] * BLOCK, BLOCK * sizeof(float));
        }
      return;
    }
    case Kind::depthToSpace: {
      const int block = op.ints[0], depth = op.channels;
      const bool dcr = op.ints[1] == 0;
      const View in = viewOf(plan, op.inputs[0], 0, 0);
      for (int y = made.top; y < made.bottom; y++) {
        if (dcr && depth % BLOCK == 0) {
          // one place within the blocks after the other, so that what is read lies in a row
          for (int b = 0; b < op.blocks(); b++)
            for (int column = 0; column < block; column++) {
              const float* row = in.at + ((y % block * block + column) * op.blocks() + b) * in.block + y / block * in.row;
              float* q = out.at + b * out.block + (y - made.top) * out.row;
              const int first = made.left + (column - made.left % block + block) % block;
              for (int x = first; x < made.right; x += block)
                std::memcpy(q + (x - made.left) * BLOCK, row + x / block * BLOCK, BLOCK * sizeof(float));
            }
          continue;
        }
        for (int x = made.left; x < made.right; x++) {
          const int place = y % block * block + x % block;
          const float* p = pixels(in, y / block, x / block);
          float* q = pixels(out, y - made.top, x - made.left);
          for (int c = 0; c < depth; c++) {
            const int from = dcr ? place * depth + c : c * block * block + place;
            q[c / BLOCK * out.block + c % BLOCK] = p[from / BLOCK * in.block + from % BLOCK];
          }
        }
      }
      return;
    }
    case Kind::pad: {
      const View in = viewOf(plan, op.inputs[0], 0, 0);
      const int height = plan.heights[op.inputs[0]], width = plan.widths[op.inputs[0]];
      for (int b = 0; b < op.blocks(); b++)
        for (int y = made.top; y < made.bottom; y++) {
          const float* row = in.at + b * in.block + std::min(height - 1, std::max(0, y - op.ints[0])) * in.row;
          float* q = out.at + b * out.block + (y - made.top) * out.row;
          for (int x = made.left; x < made.right; x++, q += BLOCK)
            std::memcpy(q, row + std::min(width - 1, std::max(0, x - op.ints[1])) * BLOCK, BLOCK * sizeof(float));
        }
      return;
    }
    case Kind::crop: {
      const View in = viewOf(plan, op.inputs[0], made.top + op.ints[0], made.left + op.ints[1]);
      for (int b = 0; b < op.blocks(); b++)
        for (int y = 0; y < made.height(); y++)
          std::memcpy(out.at + b * out.block + y * out.row, in.at + b * in.block + y * in.row,
                      static_cast<size_t>(made.width()) * BLOCK * sizeof(float));
      return;
    }
    case Kind::mean: {
      const int height = plan.heights[op.inputs[0]], width = plan.widths[op.inputs[0]];
      const View in = viewOf(plan, op.inputs[0], 0, 0);
      for (int b = 0; b < op.blocks(); b++) {
        double sums[BLOCK] = {};
        for (int y = 0; y < height; y++) {
          const float* p = in.at + b * in.block + y * in.row;
          for (int x = 0; x < width; x++, p += BLOCK)
            for (int i = 0; i < BLOCK; i++) sums[i] += static_cast<double>(p[i]);
        }
        for (int i = 0; i < BLOCK; i++) out.at[b * out.block + i] = static_cast<float>(sums[i] / (static_cast<double>(height) * width));
      }
      return;
    }
    default: return;
  }
}

void Runner::runInner(const Plan& plan, const float* const* givens) {
  const KernelSet& kernels = network->kernels;
  const float* packed = network->packed->data();
  const int count = static_cast<int>(network->ops.size());
  std::vector<View> views;
  for (int i = 0; i < count - 1; i++) {
    const Op& op = network->ops[i];
    const Region made = plan.made[i];
    if (made.empty() || op.kind == Kind::input) continue;
    if (op.kind != Kind::concat) zeroAround(plan, i);
    const View out = viewOf(plan, i, made.top, made.left);
    const int blocks = op.blocks(), height = made.height(), width = made.width();
    views.clear();
    for (int input : op.inputs) {
      const bool single = plan.heights[input] == 1 && plan.widths[input] == 1;
      View view = single ? viewOf(plan, input, 0, 0) : viewOf(plan, input, made.top, made.left);
      if (single && (height > 1 || width > 1 || made.top > 0 || made.left > 0)) view.row = view.pixel = 0;
      views.push_back(view);
    }
    switch (op.kind) {
      case Kind::given:
        for (int c = 0; c < blocks * BLOCK; c++)
          out.at[c / BLOCK * out.block + c % BLOCK] = c < op.channels ? givens[op.ints[0]][c] : 0;
        break;
      case Kind::conv: conv(plan, op, made, out); break;
      case Kind::unary: kernels.unary(op.unary, views[0], out, blocks, height, width, packed + op.a, packed + op.b); break;
      case Kind::sum: kernels.sum(views.data(), op.factors.data(), static_cast<int>(views.size()), out, blocks, height, width); break;
      case Kind::multiply: kernels.multiply(views[0], views[1], out, blocks, height, width); break;
      case Kind::resample: {
        const bool cubic = op.list[0] != 0;
        const int taps = cubic ? 4 : 2, tensor = op.inputs[0];
        std::vector<int> rows, columns;
        std::vector<float> rowWeights, columnWeights;
        Tap found[4];
        for (int y = made.top; y < made.bottom; y++) {
          tapsOf(cubic, op.ints[0], op.ints[1], plan.heights[tensor], y, found);
          for (int k = 0; k < taps; k++) rows.push_back(found[k].at), rowWeights.push_back(found[k].weight);
        }
        for (int x = made.left; x < made.right; x++) {
          tapsOf(cubic, op.ints[2], op.ints[3], plan.widths[tensor], x, found);
          for (int k = 0; k < taps; k++) columns.push_back(found[k].at), columnWeights.push_back(found[k].weight);
        }
        kernels.resample(viewOf(plan, tensor, 0, 0), out, blocks, height, width, taps, rows.data(), rowWeights.data(),
                         columns.data(), columnWeights.data());
        break;
      }
      default: channelwise(plan, i);
    }
  }
}

void Runner::runPlanes(const float* planes, int width, int height, Region wanted, int extra, const float* const* givens,
                       float* result, size_t resultLength) {
  const Plan& plan = planFor(width, height, wanted, extra);
  const int last = static_cast<int>(network->ops.size()) - 1, source = network->ops[last].inputs[0];
  const Region out = plan.result;
  const size_t area = static_cast<size_t>(out.height()) * out.width();
  if (resultLength != area * network->outputChannels) throw Refused("the result has another size");
  for (int i = 0; i < last; i++) {
    const Region made = plan.made[i];
    if (network->ops[i].kind != Kind::input || made.empty()) continue;
    zeroAround(plan, i);
    const View in = viewOf(plan, i, made.top, made.left);
    for (int y = 0; y < made.height(); y++) {
      float* to = in.at + y * in.row;
      std::memset(to, 0, static_cast<size_t>(made.width()) * BLOCK * sizeof(float));
      for (int c = 0; c < network->inputChannels; c++) {
        const float* from = planes + (static_cast<size_t>(c) * height + made.top + y) * width + made.left;
        for (int x = 0; x < made.width(); x++) to[x * BLOCK + c] = from[x];
      }
    }
  }
  runInner(plan, givens);
  const int block = network->ops[last].ints[0];
  const View made = viewOf(plan, source, 0, 0);
  for (int c = 0; c < network->outputChannels; c++)
    for (int y = out.top; y < out.bottom; y++)
      for (int x = out.left; x < out.right; x++) {
        const int channel = (y % block * block + x % block) * network->outputChannels + c;
        *result++ = made.at[channel / BLOCK * made.block + y / block * made.row + x / block * BLOCK + channel % BLOCK];
      }
}

namespace {

template <typename Sample>
void readRow(const Page& page, Layer layer, int y, int left, int right, float scale, float* to) {
  const Sample* data = static_cast<const Sample*>(page.data);
  const Sample* row = data + (page.start + (static_cast<int64_t>(y) * page.width) * page.channels);
  const bool gray = page.channels < 3 || layer == Layer::alpha;
  const int first = layer == Layer::alpha ? page.channels - 1 : 0;
  for (int x = left; x < right; x++, to += BLOCK) {
    const Sample* p = row + static_cast<int64_t>(std::min(page.width - 1, std::max(0, x))) * page.channels + first;
    for (int c = 0; c < 3; c++) to[c] = static_cast<float>(p[gray ? 0 : c]) * scale;
    for (int c = 3; c < BLOCK; c++) to[c] = 0;
  }
}

// Rows of a page that are there.
bool has(const Page& page, int top, int bottom) {
  const int64_t row = static_cast<int64_t>(page.width) * page.channels;
  return page.width > 0 && page.height > 0 && page.channels >= 1 && page.channels <= 4 && page.width <= MOST_SIDE && page.height <= MOST_SIDE && top >= 0 &&
         bottom <= page.height && page.start + top * row >= 0 &&
         page.start + bottom * row <= static_cast<int64_t>(page.samples);
}

}  // namespace

bool Runner::runPages(const Page& source, const Page& result, Rect window, Rect core, Layer layer, float inputScale,
                      float outputScale, const float* const* givens) {
  if (network->inputChannels != 3 || network->outputChannels != 3) throw Refused("the network is none for colours");
  const Region wanted{core.y - window.y, core.x - window.x, core.y - window.y + core.height, core.x - window.x + core.width};
  const Plan& plan = planFor(window.width, window.height, wanted, 0);
  const int last = static_cast<int>(network->ops.size()) - 1;
  const Region out = plan.result;
  const int factor = out.height() / core.height;
  const auto insidePage = [](int64_t from, int64_t length, int size) { return from >= 0 && length > 0 && from + length <= size; };
  if (out.height() != factor * core.height || out.width() != factor * core.width || factor < 1) throw Refused("the factor is no whole number");
  if (layer == Layer::alpha && source.channels % 2 != 0) throw Refused("the image has no alpha");
  if (source.channels != result.channels || source.wide != result.wide) throw Refused("the images are not alike");
  if (!insidePage(core.x, core.width, source.width) || !insidePage(core.y, core.height, source.height) ||
      !insidePage(static_cast<int64_t>(core.x) * factor, out.width(), result.width) ||
      !has(result, core.y * factor, core.y * factor + out.height()))
    throw Refused("the part lies outside of the image");

  for (int i = 0; i < last; i++) {
    const Region made = plan.made[i];
    if (network->ops[i].kind != Kind::input || made.empty()) continue;
    const auto clamp = [&](int y) { return std::min(source.height - 1, std::max(0, y)); };
    if (!has(source, clamp(window.y + made.top), clamp(window.y + made.bottom - 1) + 1)) throw Refused("the part lies outside of the image");
    zeroAround(plan, i);
    const View in = viewOf(plan, i, made.top, made.left);
    const float scale = inputScale / (source.wide ? 257.0f : 1.0f);
    for (int y = 0; y < made.height(); y++) {
      const int from = clamp(window.y + made.top + y), left = window.x + made.left, right = window.x + made.right;
      if (source.wide) readRow<uint16_t>(source, layer, from, left, right, scale, in.at + y * in.row);
      else readRow<uint8_t>(source, layer, from, left, right, scale, in.at + y * in.row);
    }
  }
  runInner(plan, givens);

  const float scale = outputScale * (result.wide ? 257.0f : 1.0f);
  const Target target{result, static_cast<int64_t>(core.x) * factor, static_cast<int64_t>(core.y) * factor, layer};
  return result.wide ? write<uint16_t>(plan, target, scale, 65535.0f) : write<uint8_t>(plan, target, scale, 255.0f);
}

// Rows of the last tensor become `block` rows of samples each.
template <typename Sample>
bool Runner::write(const Plan& plan, const Target& target, float scale, float most) {
  const Op& last = network->ops.back();
  const int tensor = last.inputs[0], block = last.ints[0], blocks = network->ops[tensor].blocks();
  const Region out = plan.result, low = plan.made[tensor];
  const Page& page = target.page;
  const bool single = page.channels < 3 || target.layer == Layer::alpha;
  const int first = target.layer == Layer::alpha ? page.channels - 1 : 0, step = blocks * BLOCK;
  const View in = viewOf(plan, tensor, low.top, low.left);
  // the last pixel is copied with what lies behind it
  std::vector<Sample> samples(static_cast<size_t>(low.width() + 1) * step), row(static_cast<size_t>(low.width() + 1) * block * 3 + BLOCK * 3);
  bool finite = true;
  for (int y = low.top; y < low.bottom; y++) {
    const float* from = in.at + (y - low.top) * in.row;
    if (!single)
      for (int b = 0; b < blocks; b++) {
        const int count = std::min(BLOCK, network->ops[tensor].channels - b * BLOCK);
        if constexpr (sizeof(Sample) == 1) finite = network->kernels.toBytes(from + b * in.block, low.width(), count, scale, most, samples.data() + b * BLOCK, step) && finite;
        else finite = network->kernels.toShorts(from + b * in.block, low.width(), count, scale, most, samples.data() + b * BLOCK, step) && finite;
      }
    for (int dy = 0; dy < block; dy++) {
      const int high = y * block + dy;
      if (high < out.top || high >= out.bottom) continue;
      const int64_t to = page.start + ((target.y + high - out.top) * page.width + target.x) * page.channels + first;
      Sample* samplesOut = static_cast<Sample*>(page.data) + to;
      const int skipped = out.left - low.left * block;
      if (single) {
        for (int x = out.left; x < out.right; x++) {
          double sum = 0;
          for (int c = 0; c < 3; c++) {
            const int channel = (dy * block + x % block) * 3 + c;
            sum += static_cast<double>(from[channel / BLOCK * in.block + (x / block - low.left) * BLOCK + channel % BLOCK]);
          }
          const double value = sum / 3 * static_cast<double>(scale);
          finite = finite && std::isfinite(value);
          samplesOut[static_cast<int64_t>(x - out.left) * page.channels] =
              static_cast<Sample>(value > 0 ? (value < static_cast<double>(most) ? value + 0.5 : static_cast<double>(most)) : 0);
        }
        continue;
      }
      const Sample* p = samples.data() + dy * block * 3;
      Sample* q = row.data();
      // fixed lengths are copied as whole words
      const auto copy = [&](auto length) {
        for (int x = 0; x < low.width(); x++, p += step, q += block * 3) std::memcpy(q, p, length() * sizeof(Sample));
      };
      switch (block) {
        case 1: copy([] { return 3; }); break;
        case 2: copy([] { return 6; }); break;
        case 3: copy([] { return 9; }); break;
        case 4: copy([] { return 12; }); break;
        default: copy([&] { return block * 3; });
      }
      const Sample* made = row.data() + skipped * 3;
      if (page.channels == 3) {
        std::memcpy(samplesOut, made, static_cast<size_t>(out.width()) * 3 * sizeof(Sample));
      } else {
        for (int x = 0; x < out.width(); x++)
          for (int c = 0; c < 3; c++) samplesOut[static_cast<int64_t>(x) * page.channels + c] = made[x * 3 + c];
      }
    }
  }
  return finite;
}

}  // namespace srgan
