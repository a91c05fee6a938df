// The shell that JavaScript sees. Networks are kept once per process, by their key, for as long as a thread has one
// loaded; each thread runs its own.
#include <node_api.h>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include "run.h"

#if defined(__x86_64__) || defined(_M_X64)
#if defined(_MSC_VER) && !defined(__clang__)
#error "clang or gcc is needed"
#endif
#endif

namespace srgan {
#ifdef WITH_AVX512
extern const KernelSet kernelsAvx512;
#endif
#ifdef WITH_AVX2
extern const KernelSet kernelsAvx2;
#endif
#ifdef WITH_NEON
extern const KernelSet kernelsNeon;
#endif

namespace {

// The best kernels that this processor has, or those of a name if it has them.
const KernelSet* kernelsOf(const char* wanted) {
  const KernelSet* sets[3];
  int count = 0;
#ifdef WITH_AVX512
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    sets[count++] = &kernelsAvx512;
#endif
#ifdef WITH_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets[count++] = &kernelsAvx2;
#endif
#ifdef WITH_NEON
  sets[count++] = &kernelsNeon;
#endif
  for (int i = 0; i < count; i++)
    if (*wanted == 0 || std::strcmp(wanted, sets[i]->name) == 0) return sets[i];
  return nullptr;
}

std::mutex registryLock;
std::map<std::string, std::weak_ptr<const Network>>& registry() {
  static std::map<std::string, std::weak_ptr<const Network>> networks;
  return networks;
}

struct Bytes { void* data = nullptr; size_t count = 0; napi_typedarray_type type{}; };

// A call's arguments, taken one by one; the first that is not what it should be is thrown as an error.
struct Call {
  napi_env env;
  napi_value values[16]{};
  size_t count = 16;
  bool wrong = false;

  Call(napi_env e, napi_callback_info info) : env(e) {
    if (napi_get_cb_info(env, info, &count, values, nullptr, nullptr) != napi_ok) wrong = true;
  }
  std::string text(size_t i) {
    char buffer[256];
    size_t length = 0;
    if (i >= count || napi_get_value_string_utf8(env, values[i], buffer, sizeof buffer, &length) != napi_ok) wrong = true;
    return wrong ? std::string() : std::string(buffer, length);
  }
  double number(size_t i) {
    double value = 0;
    if (i >= count || napi_get_value_double(env, values[i], &value) != napi_ok) wrong = true;
    return value;
  }
  int integer(size_t i) {
    const double value = number(i);
    if (!(value >= -MOST_SIDE && value <= MOST_SIDE) || value != static_cast<int>(value)) wrong = true;
    return wrong ? 0 : static_cast<int>(value);
  }
  Bytes array(napi_value value) {
    Bytes bytes;
    napi_value buffer;
    size_t offset;
    if (napi_get_typedarray_info(env, value, &bytes.type, &bytes.count, &bytes.data, &buffer, &offset) != napi_ok) wrong = true;
    return bytes;
  }
  Bytes array(size_t i, napi_typedarray_type type) {
    Bytes bytes;
    if (i >= count) wrong = true;
    else bytes = array(values[i]);
    if (!wrong && bytes.type != type) wrong = true;
    return bytes;
  }
  Runner* runner(size_t i) {
    void* data = nullptr;
    if (i >= count || napi_get_value_external(env, values[i], &data) != napi_ok || !data) wrong = true;
    auto* held = static_cast<std::unique_ptr<Runner>*>(data);
    if (!wrong && !*held) wrong = true;
    return wrong ? nullptr : held->get();
  }
  // One array of floats for each given value of the network.
  std::vector<const float*> givens(size_t i, const Network& network) {
    std::vector<const float*> found;
    for (size_t k = 0; k < network.givens.size(); k++) {
      napi_value value;
      if (i >= count || napi_get_element(env, values[i], static_cast<uint32_t>(k), &value) != napi_ok) { wrong = true; break; }
      const Bytes bytes = array(value);
      if (wrong || bytes.type != napi_float32_array || bytes.count != static_cast<size_t>(network.givens[k])) { wrong = true; break; }
      found.push_back(static_cast<const float*>(bytes.data));
    }
    return found;
  }
  napi_value fail(const char* message) {
    napi_throw_error(env, nullptr, message);
    return nullptr;
  }
};

template <typename F>
napi_value guarded(Call& call, F work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return call.fail("there is not enough memory");
  } catch (const std::exception& error) {
    return call.fail(error.what());
  }
}

napi_value instructionSet(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const std::string wanted = call.text(0);
  if (call.wrong) return call.fail("wrong arguments");
  const KernelSet* set = kernelsOf(wanted.c_str());
  napi_value name;
  napi_create_string_utf8(env, set ? set->name : "", NAPI_AUTO_LENGTH, &name);
  return name;
}

// (key, instruction set, code, numbers) → a network that this thread can run
napi_value load(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const std::string key = call.text(0), wanted = call.text(1);
  const Bytes code = call.array(2, napi_int32_array), numbers = call.array(3, napi_float32_array);
  if (call.wrong) return call.fail("wrong arguments");
  return guarded(call, [&]() -> napi_value {
    const KernelSet* set = kernelsOf(wanted.c_str());
    if (!set) return call.fail("there are no kernels for this processor");
    std::shared_ptr<const Network> network;
    {
      // a thread that wants the same network waits until it is there
      const std::lock_guard<std::mutex> lock(registryLock);
      std::weak_ptr<const Network>& known = registry()[std::string(set->name) + " " + key];
      network = known.lock();
      if (!network) {
        network = std::make_shared<const Network>(*set, static_cast<const int32_t*>(code.data), code.count,
                                                  static_cast<const float*>(numbers.data), numbers.count);
        known = network;
      }
      for (auto it = registry().begin(); it != registry().end();) it = it->second.expired() ? registry().erase(it) : std::next(it);
    }
    auto held = std::make_unique<std::unique_ptr<Runner>>(std::make_unique<Runner>(std::move(network)));
    napi_value external;
    const auto finalize = [](napi_env, void* data, void*) { delete static_cast<std::unique_ptr<Runner>*>(data); };
    if (napi_create_external(env, held.get(), finalize, nullptr, &external) != napi_ok) return call.fail("no handle");
    held.release();
    return external;
  });
}

napi_value dispose(napi_env env, napi_callback_info info) {
  Call call(env, info);
  void* data = nullptr;
  if (call.count >= 1 && napi_get_value_external(env, call.values[0], &data) == napi_ok && data)
    static_cast<std::unique_ptr<Runner>*>(data)->reset();
  return nullptr;
}

// (network, planes, width, height, top, left, bottom, right, extra, givens, result)
napi_value runPlanes(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Runner* runner = call.runner(0);
  const Bytes planes = call.array(1, napi_float32_array);
  const int width = call.integer(2), height = call.integer(3);
  const Region wanted{call.integer(4), call.integer(5), call.integer(6), call.integer(7)};
  const int extra = call.integer(8);
  const Bytes result = call.array(10, napi_float32_array);
  if (call.wrong) return call.fail("wrong arguments");
  const std::vector<const float*> givens = call.givens(9, *runner->network);
  if (call.wrong || width < 1 || height < 1 || planes.count != static_cast<size_t>(runner->network->inputChannels) * width * height)
    return call.fail("wrong arguments");
  return guarded(call, [&]() -> napi_value {
    runner->runPlanes(static_cast<const float*>(planes.data), width, height, wanted, extra, givens.data(),
                      static_cast<float*>(result.data), result.count);
    return nullptr;
  });
}

// (network, source, result, places, givens): places holds start, width, height and channels of the source and of the
// result; x, y, width and height of the window and of the core; 1 for alpha; the scales of input and output.
napi_value runPages(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Runner* runner = call.runner(0);
  if (call.wrong || call.count < 5) return call.fail("wrong arguments");
  const Bytes from = call.array(call.values[1]), to = call.array(call.values[2]), places = call.array(3, napi_float64_array);
  if (call.wrong || places.count != 19) return call.fail("wrong arguments");
  const double* p = static_cast<const double*>(places.data);
  const auto integer = [&](int i) {
    if (!(p[i] >= -MOST_SIDE && p[i] <= MOST_SIDE)) call.wrong = true;
    return call.wrong ? 0 : static_cast<int>(p[i]);
  };
  const auto page = [&](const Bytes& bytes, int i) {
    Page made{};
    made.data = bytes.data;
    made.samples = bytes.count;
    made.wide = bytes.type == napi_uint16_array;
    if (!made.wide && bytes.type != napi_uint8_array) call.wrong = true;
    if (!(p[i] > -1e15 && p[i] < 1e15)) call.wrong = true;
    else made.start = static_cast<int64_t>(p[i]);
    made.width = integer(i + 1);
    made.height = integer(i + 2);
    made.channels = integer(i + 3);
    return made;
  };
  const Page source = page(from, 0), result = page(to, 4);
  const Rect window{integer(8), integer(9), integer(10), integer(11)}, core{integer(12), integer(13), integer(14), integer(15)};
  const Layer layer = p[16] != 0 ? Layer::alpha : Layer::colour;
  const std::vector<const float*> givens = call.givens(4, *runner->network);
  if (call.wrong) return call.fail("wrong arguments");
  return guarded(call, [&]() -> napi_value {
    const bool finite = runner->runPages(source, result, window, core, layer, static_cast<float>(p[17]), static_cast<float>(p[18]), givens.data());
    napi_value value;
    napi_get_boolean(env, finite, &value);
    return value;
  });
}

}  // namespace
}  // namespace srgan

void addTraining(napi_env env, napi_value exports);

NAPI_MODULE_INIT() {
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value function;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok)
      napi_set_named_property(env, exports, name, function);
  };
  add("instructionSet", srgan::instructionSet);
  add("load", srgan::load);
  add("dispose", srgan::dispose);
  add("runPlanes", srgan::runPlanes);
  add("runPages", srgan::runPages);
  addTraining(env, exports);
  return exports;
}
