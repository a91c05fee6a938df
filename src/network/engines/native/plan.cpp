#include "plan.h"
#include <algorithm>
#include <cmath>

namespace srgan {

namespace {

constexpr size_t MOST_FLOATS = size_t{1} << 32;

int ceilDivide(int a, int b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }
int floorDivide(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

int sideOf(int64_t side) {
  if (side < 1) throw Refused("nothing is left of the image");
  if (side > MOST_SIDE) throw Refused("the image is too large");
  return static_cast<int>(side);
}

int convolved(int size, int zeros, int taps, int dilation, int stride, bool same) {
  if (same) return sideOf(ceilDivide(size, stride));
  return sideOf(floorDivide(size + zeros - (taps - 1) * dilation - 1, stride) + 1);
}

// Zeros above or to the left.
int zerosBefore(bool same, int stated, int size, int taps, int dilation, int stride) {
  if (!same) return stated;
  return std::max(0, (ceilDivide(size, stride) - 1) * stride + (taps - 1) * dilation + 1 - size) / 2;
}

void sizes(const Network& network, Plan& plan) {
  for (size_t i = 0; i < network.ops.size(); i++) {
    const Op& op = network.ops[i];
    int64_t height = 1, width = 1;
    if (!op.inputs.empty()) {
      height = plan.heights[op.inputs[0]];
      width = plan.widths[op.inputs[0]];
    }
    const auto alike = [&](bool orSingle) {
      for (int input : op.inputs) {
        const int h = plan.heights[input], w = plan.widths[input];
        if (!(h == height && w == width) && !(orSingle && h == 1 && w == 1)) throw Refused("sizes do not fit");
      }
    };
    switch (op.kind) {
      case Kind::input: height = plan.height, width = plan.width; break;
      case Kind::given:
      case Kind::mean: height = width = 1; break;
      case Kind::conv: {
        const Conv& c = op.conv;
        height = convolved(static_cast<int>(height), c.top + c.bottom, c.kernelHeight, c.dilationY, c.strideY, c.same);
        width = convolved(static_cast<int>(width), c.left + c.right, c.kernelWidth, c.dilationX, c.strideX, c.same);
        if (op.inputs.size() == 2 && (plan.heights[op.inputs[1]] != height || plan.widths[op.inputs[1]] != width))
          throw Refused("sizes do not fit");
        break;
      }
      case Kind::sum:
      case Kind::multiply: alike(true); break;
      case Kind::concat: alike(false); break;
      case Kind::upsample: height *= op.ints[0], width *= op.ints[1]; break;
      case Kind::resample: height = height * op.ints[0] / op.ints[1], width = width * op.ints[2] / op.ints[3]; break;
      case Kind::output:
      case Kind::depthToSpace: height *= op.ints[0], width *= op.ints[0]; break;
      case Kind::pad: height += op.ints[0] + op.ints[2], width += op.ints[1] + op.ints[3]; break;
      case Kind::crop: height -= op.ints[0] + op.ints[2], width -= op.ints[1] + op.ints[3]; break;
      default: break;
    }
    plan.heights.push_back(sideOf(height));
    plan.widths.push_back(sideOf(width));
  }
}

// First fit by the time that each is in use.
void place(Plan& plan) {
  std::vector<int> order;
  for (size_t i = 0; i < plan.storages.size(); i++)
    if (plan.storages[i].floats > 0) order.push_back(static_cast<int>(i));
  std::sort(order.begin(), order.end(), [&](int a, int b) { return plan.storages[a].floats > plan.storages[b].floats; });
  std::vector<int> placed;
  for (int index : order) {
    Storage& storage = plan.storages[index];
    std::vector<std::pair<size_t, size_t>> taken;
    for (int other : placed) {
      const Storage& o = plan.storages[other];
      if (o.first <= storage.last && storage.first <= o.last) taken.emplace_back(o.at, o.at + o.floats);
    }
    std::sort(taken.begin(), taken.end());
    size_t at = 0;
    for (const auto& [from, to] : taken) {
      if (at + storage.floats <= from) break;
      at = std::max(at, to);
    }
    storage.at = at;
    plan.arenaFloats = std::max(plan.arenaFloats, at + storage.floats);
    placed.push_back(index);
  }
}

}  // namespace

Region intersect(Region a, Region b) {
  return {std::max(a.top, b.top), std::max(a.left, b.left), std::min(a.bottom, b.bottom), std::min(a.right, b.right)};
}

Region unite(Region a, Region b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.top, b.top), std::min(a.left, b.left), std::max(a.bottom, b.bottom), std::max(a.right, b.right)};
}

Region wholeOf(const Plan& plan, int op) { return {0, 0, plan.heights[op], plan.widths[op]}; }

void tapsOf(bool cubic, int numerator, int denominator, int size, int position, Tap* taps) {
  const double source = (position + 0.5) * denominator / numerator - 0.5;
  const int first = static_cast<int>(std::floor(source));
  const double f = source - first;
  const auto inside = [&](int at) { return std::min(size - 1, std::max(0, at)); };
  if (!cubic) {
    taps[0] = {inside(first), static_cast<float>(1 - f)};
    taps[1] = {inside(first + 1), static_cast<float>(f)};
    return;
  }
  const double a = -0.75;
  const auto near = [&](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [&](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  const double weights[] = {far(1 + f), near(f), near(1 - f), far(2 - f)};
  for (int i = 0; i < 4; i++) taps[i] = {inside(first - 1 + i), static_cast<float>(weights[i])};
}

Region readBy(const Network&, const Plan& plan, const Op& op, int input, Region made) {
  const int tensor = op.inputs[input];
  const int height = plan.heights[tensor], width = plan.widths[tensor];
  const Region whole{0, 0, height, width};
  switch (op.kind) {
    case Kind::conv: {
      if (input == 1) return made;
      const Conv& c = op.conv;
      const int top = made.top * c.strideY - zerosBefore(c.same, c.top, height, c.kernelHeight, c.dilationY, c.strideY);
      const int left = made.left * c.strideX - zerosBefore(c.same, c.left, width, c.kernelWidth, c.dilationX, c.strideX);
      return {top, left, top + (made.height() - 1) * c.strideY + (c.kernelHeight - 1) * c.dilationY + 1,
              left + (made.width() - 1) * c.strideX + (c.kernelWidth - 1) * c.dilationX + 1};
    }
    case Kind::upsample:
      return {floorDivide(made.top, op.ints[0]), floorDivide(made.left, op.ints[1]), ceilDivide(made.bottom, op.ints[0]),
              ceilDivide(made.right, op.ints[1])};
    case Kind::output:
    case Kind::depthToSpace:
      return {floorDivide(made.top, op.ints[0]), floorDivide(made.left, op.ints[0]), ceilDivide(made.bottom, op.ints[0]),
              ceilDivide(made.right, op.ints[0])};
    case Kind::resample: {
      const bool cubic = op.list[0] != 0;
      const int count = cubic ? 4 : 2;
      Tap first[4], last[4];
      Region read;
      tapsOf(cubic, op.ints[0], op.ints[1], height, made.top, first);
      tapsOf(cubic, op.ints[0], op.ints[1], height, made.bottom - 1, last);
      read.top = first[0].at, read.bottom = last[count - 1].at + 1;
      tapsOf(cubic, op.ints[2], op.ints[3], width, made.left, first);
      tapsOf(cubic, op.ints[2], op.ints[3], width, made.right - 1, last);
      read.left = first[0].at, read.right = last[count - 1].at + 1;
      return read;
    }
    case Kind::pad: {
      const auto clamp = [](int at, int size) { return std::min(size - 1, std::max(0, at)); };
      return {clamp(made.top - op.ints[0], height), clamp(made.left - op.ints[1], width),
              clamp(made.bottom - 1 - op.ints[0], height) + 1, clamp(made.right - 1 - op.ints[1], width) + 1};
    }
    case Kind::crop:
      return {made.top + op.ints[0], made.left + op.ints[1], made.bottom + op.ints[0], made.right + op.ints[1]};
    case Kind::mean: return whole;
    default: return height == 1 && width == 1 ? whole : made;
  }
}

Region touchedBy(const Network& network, const Plan& plan, const Op& op, int input, Region made) {
  Region read = readBy(network, plan, op, input, made);
  if (op.kind != Kind::conv || input != 0 || op.conv.winograd == 0) return read;
  const int m = op.conv.winograd;
  read.bottom = read.top + ceilDivide(made.height(), m) * m + 2;
  read.right = read.left + ceilDivide(made.width(), m) * m + 2;
  return read;
}

Plan makePlan(const Network& network, int width, int height, Region wanted, int extra) {
  const auto& ops = network.ops;
  const int count = static_cast<int>(ops.size());
  Plan plan{};
  plan.width = sideOf(width);
  plan.height = sideOf(height);
  sizes(network, plan);
  if (wanted.empty() || wanted.top < 0 || wanted.left < 0 || wanted.bottom > height || wanted.right > width)
    throw Refused("the wanted part lies outside");
  plan.wanted = wanted;

  // the result is a multiple of the image, or of a part of it, and perhaps a few positions more
  const int last = count - 1;
  const int resultHeight = plan.heights[last], resultWidth = plan.widths[last];
  const int64_t inner = static_cast<int64_t>(resultHeight) - extra;
  if (inner < 1 || inner * width != (static_cast<int64_t>(resultWidth) - extra) * height)
    throw Refused("the result is no multiple of the image");
  const auto scaled = [&](int px) {
    const int64_t value = px * inner;
    if (value % height != 0) throw Refused("the wanted part is no whole number of positions");
    return static_cast<int>(value / height);
  };
  plan.result = {scaled(wanted.top), scaled(wanted.left), scaled(wanted.bottom) + extra, scaled(wanted.right) + extra};
  if (plan.result.empty()) throw Refused("nothing is left of the image");

  plan.made.assign(count, Region{});
  plan.made[last] = plan.result;
  plan.storages.assign(network.storageBlocks.size(), Storage{});
  for (int i = count - 1; i >= 0; i--) {
    const Op& op = ops[i];
    const Region made = plan.made[i];
    if (made.empty()) continue;
    for (size_t k = 0; k < op.inputs.size(); k++) {
      const int tensor = op.inputs[k];
      const Region read = readBy(network, plan, op, static_cast<int>(k), made);
      plan.made[tensor] = unite(plan.made[tensor], intersect(read, wholeOf(plan, tensor)));
      Storage& storage = plan.storages[ops[tensor].home.storage];
      storage.region = unite(storage.region, touchedBy(network, plan, op, static_cast<int>(k), made));
    }
  }

  // what is asked of a tensor may be more than one user reads
  for (int i = 0; i < count; i++) {
    const Op& op = ops[i];
    if (plan.made[i].empty()) continue;
    const auto use = [&](int tensor) {
      if (ops[tensor].kind == Kind::output) return;
      Storage& storage = plan.storages[ops[tensor].home.storage];
      if (storage.first < 0) storage.first = i;
      storage.last = i;
    };
    if (op.kind != Kind::output) {
      Storage& storage = plan.storages[op.home.storage];
      storage.region = unite(storage.region, plan.made[i]);
      use(i);
    }
    for (int input : op.inputs) use(input);
    if (op.kind == Kind::conv && op.conv.winograd)
      plan.scratchFloats = std::max(plan.scratchFloats, winogradScratch(op.conv.winograd, op.conv.tilesAtOnce,
                                                                        (op.conv.inChannels + BLOCK - 1) / BLOCK, op.blocks()));
  }
  for (size_t i = 0; i < plan.storages.size(); i++) {
    Storage& storage = plan.storages[i];
    if (storage.first < 0) continue;
    storage.row = static_cast<ptrdiff_t>(storage.region.width()) * BLOCK;
    // rows of neighbouring blocks must not fall on the same lines of a cache
    storage.block = storage.row * storage.region.height() + 5 * BLOCK;
    storage.floats = static_cast<size_t>(storage.block) * network.storageBlocks[i];
    if (storage.floats > MOST_FLOATS) throw Refused("the image is too large");
  }
  place(plan);
  if (plan.arenaFloats > MOST_FLOATS) throw Refused("the image is too large");
  return plan;
}

void checkPlan(const Network& network, const Plan& plan) {
  const auto fail = [] { throw Refused("the plan does not hold"); };
  const auto inside = [](Region part, Region of) {
    return part.top >= of.top && part.left >= of.left && part.bottom <= of.bottom && part.right <= of.right;
  };
  const int count = static_cast<int>(network.ops.size());
  for (int i = 0; i < count; i++) {
    const Op& op = network.ops[i];
    const Region made = plan.made[i];
    if (made.empty()) continue;
    if (!inside(made, wholeOf(plan, i))) fail();
    const auto holds = [&](int tensor, Region region) {
      const Op& owner = network.ops[tensor];
      const Storage& storage = plan.storages[owner.home.storage];
      if (!inside(region, storage.region) || storage.first > i || storage.last < i) fail();
      if (owner.home.block < 0 || owner.home.block + owner.blocks() > network.storageBlocks[owner.home.storage]) fail();
    };
    if (op.kind != Kind::output) holds(i, made);
    for (size_t k = 0; k < op.inputs.size(); k++) {
      const int tensor = op.inputs[k];
      holds(tensor, touchedBy(network, plan, op, static_cast<int>(k), made));
      const Region seen = intersect(readBy(network, plan, op, static_cast<int>(k), made), wholeOf(plan, tensor));
      if (!seen.empty() && !inside(seen, plan.made[tensor])) fail();
    }
  }
  for (size_t i = 0; i < plan.storages.size(); i++) {
    const Storage& a = plan.storages[i];
    if (a.floats == 0) continue;
    if (a.at + a.floats > plan.arenaFloats) fail();
    if (a.floats < static_cast<size_t>(a.block) * network.storageBlocks[i] || a.block < a.row * a.region.height() ||
        a.row < static_cast<ptrdiff_t>(a.region.width()) * BLOCK)
      fail();
    for (size_t j = 0; j < i; j++) {
      const Storage& b = plan.storages[j];
      const bool together = b.floats > 0 && b.first <= a.last && a.first <= b.last;
      if (together && b.at < a.at + a.floats && a.at < b.at + b.floats) fail();
    }
  }
}

}  // namespace srgan
