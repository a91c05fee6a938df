// The thin shell between JavaScript and the trainer: checks what it is given, and runs steps off the main thread.
#include <node_api.h>

#include "training-network.h"

using namespace training;

namespace {

struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void check(napi_status status) {
  if (status != napi_ok) throw Refused("unexpected arguments");
}

template <class F>
napi_value guarded(napi_env env, F f) {
  try {
    return f();
  } catch (const std::exception& e) {
    napi_throw_error(env, "E_TRAINER", e.what());
    return nullptr;
  }
}

double number(napi_env env, napi_value v) {
  double d;
  check(napi_get_value_double(env, v, &d));
  return d;
}

int whole(napi_env env, napi_value v) {
  const double d = number(env, v);
  if (!(d >= -1e9 && d <= 1e9) || d != std::floor(d)) throw Refused("expected a whole number");
  return (int)d;
}

struct Floats {
  float* data;
  size_t length;
};

Floats floats(napi_env env, napi_value v) {
  napi_typedarray_type type;
  Floats f;
  void* data;
  check(napi_get_typedarray_info(env, v, &type, &f.length, &data, nullptr, nullptr));
  if (type != napi_float32_array) throw Refused("expected a Float32Array");
  f.data = (float*)data;
  return f;
}

std::string text(napi_env env, napi_value v) {
  char buffer[64];
  size_t length;
  check(napi_get_value_string_utf8(env, v, buffer, sizeof buffer, &length));
  return std::string(buffer, length);
}

std::vector<napi_value> arguments(napi_env env, napi_callback_info info, size_t count) {
  std::vector<napi_value> a(count);
  size_t given = count;
  check(napi_get_cb_info(env, info, &given, a.data(), nullptr, nullptr));
  if (given < count) throw Refused("too few arguments");
  return a;
}

struct Handle {
  std::unique_ptr<Trainer> trainer;
  int side, scale;
  bool busy = false;
};

const napi_type_tag kTag = {0x5372676e54726e72, 0x8f31c0de00000001};

Handle* handle(napi_env env, napi_value v) {
  bool ours = false;
  if (napi_check_object_type_tag(env, v, &kTag, &ours) != napi_ok || !ours) throw Refused("expected a trainer");
  void* p;
  check(napi_get_value_external(env, v, &p));
  Handle* h = (Handle*)p;
  if (h->busy) throw Refused("a step is under way");
  return h;
}

const TrainingKernels* kernelsOf(const std::string& set) {
#ifdef WITH_AVX512
  if (set == "avx512") return trainingAvx512();
#endif
#ifdef WITH_AVX2
  if (set == "avx2") return trainingAvx2();
#endif
#ifdef WITH_NEON
  if (set == "neon") return trainingNeon();
#endif
  throw Refused("there are no kernels for " + set);
}

/** create(instruction set, width, depth, scale, slope, side, shards, threads) */
napi_value create(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto a = arguments(env, info, 8);
    const TrainingKernels* kernels = kernelsOf(text(env, a[0]));
    const Shape shape{whole(env, a[1]), whole(env, a[2]), whole(env, a[3]), (float)number(env, a[4])};
    auto h = std::make_unique<Handle>();
    h->side = whole(env, a[5]), h->scale = shape.scale;
    h->trainer =
        std::make_unique<Trainer>(shape, kernels, h->side, whole(env, a[6]), std::max(1, whole(env, a[7])));
    napi_value external;
    check(napi_create_external(env, h.get(), [](napi_env, void* p, void*) { delete (Handle*)p; }, nullptr, &external));
    h.release();
    check(napi_type_tag_object(env, external, &kTag));
    return external;
  });
}

struct Work {
  Handle* handle;
  Floats x, target;
  int batch;
  Step how;
  double loss = 0;
  bool learns;
  napi_async_work work;
  napi_deferred deferred;
  napi_ref keep[3];
};

/** step(trainer, x, target, batch, rate, decay, epsilon, luma, learns) → Promise of the loss; NaN: nothing was learned */
napi_value step(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto a = arguments(env, info, 9);
    auto w = std::make_unique<Work>();
    w->handle = handle(env, a[0]);
    w->x = floats(env, a[1]), w->target = floats(env, a[2]), w->batch = whole(env, a[3]);
    w->how = {(float)number(env, a[4]), (float)number(env, a[5]), {(float)number(env, a[6]), (float)number(env, a[7])}};
    check(napi_get_value_bool(env, a[8], &w->learns));
    const size_t px = (size_t)w->handle->side * w->handle->side, s = w->handle->scale;
    if (w->batch < 1 || w->x.length != px * 3 * w->batch || w->target.length != px * 3 * s * s * w->batch)
      throw Refused("the batch has another size");
    napi_value promise, name;
    check(napi_create_promise(env, &w->deferred, &promise));
    check(napi_create_string_utf8(env, "srgan:train", NAPI_AUTO_LENGTH, &name));
    for (int i = 0; i < 3; i++) check(napi_create_reference(env, a[i], 1, &w->keep[i]));
    check(napi_create_async_work(
        env, nullptr, name,
        [](napi_env, void* p) {
          Work* w = (Work*)p;
          Trainer& t = *w->handle->trainer;
          w->loss = w->learns ? t.step(w->x.data, w->target.data, w->batch, w->how)
                              : t.gradients(w->x.data, w->target.data, w->batch, w->how.loss);
        },
        [](napi_env env, napi_status, void* p) {
          std::unique_ptr<Work> w((Work*)p);
          w->handle->busy = false;
          napi_value loss;
          napi_create_double(env, w->loss, &loss);
          for (napi_ref r : w->keep) napi_delete_reference(env, r);
          napi_delete_async_work(env, w->work);
          napi_resolve_deferred(env, w->deferred, loss);
        },
        w.get(), &w->work));
    w->handle->busy = true;
    check(napi_queue_async_work(env, w->work));
    w.release();
    return promise;
  });
}

std::vector<float>* part(Parameter& p, const std::string& which) {
  if (which == "value") return &p.value;
  if (which == "gradient") return &p.gradient;
  if (which == "mean") return &p.mean;
  if (which == "square") return &p.square;
  if (which == "average") return &p.average;
  return nullptr;
}

std::vector<float>& found(Network& net, const std::string& name, const std::string& which) {
  std::vector<float>* result = nullptr;
  net.eachParameter([&](Parameter& p) {
    if (p.name == name) result = part(p, which);
  });
  if (!result) throw Refused("there is no parameter " + name + " " + which);
  return *result;
}

napi_value array(napi_env env, const std::vector<float>& from) {
  napi_value buffer, result;
  void* data;
  check(napi_create_arraybuffer(env, from.size() * sizeof(float), &data, &buffer));
  std::memcpy(data, from.data(), from.size() * sizeof(float));
  check(napi_create_typedarray(env, napi_float32_array, from.size(), buffer, 0, &result));
  return result;
}

/** get(trainer, parameter, 'value' | 'gradient' | 'mean' | 'square' | 'average') → Float32Array, a copy */
napi_value get(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto a = arguments(env, info, 3);
    return array(env, found(handle(env, a[0])->trainer->net, text(env, a[1]), text(env, a[2])));
  });
}

/** set(trainer, parameter, which, Float32Array) */
napi_value set(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    auto a = arguments(env, info, 4);
    auto& to = found(handle(env, a[0])->trainer->net, text(env, a[1]), text(env, a[2]));
    const Floats from = floats(env, a[3]);
    if (from.length != to.size()) throw Refused("a parameter has another size");
    std::copy_n(from.data, from.length, to.begin());
    return nullptr;
  });
}

/** steps(trainer, n?) → steps learned; with n: sets them, as after a checkpoint */
napi_value steps(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto a = arguments(env, info, 2);
    Trainer& t = *handle(env, a[0])->trainer;
    const int n = whole(env, a[1]);
    if (n >= 0) t.steps = n;
    napi_value result;
    check(napi_create_double(env, (double)t.steps, &result));
    return result;
  });
}

/** enlarge(trainer, x, height, width, result): by the averaged weights, on this thread */
napi_value enlarge(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    auto a = arguments(env, info, 5);
    Handle* h = handle(env, a[0]);
    const Floats x = floats(env, a[1]), result = floats(env, a[4]);
    const int height = whole(env, a[2]), width = whole(env, a[3]);
    const size_t px = (size_t)height * width, s = h->scale;
    if (height < 1 || width < 1 || height > 16384 || width > 16384 || x.length != px * 3 ||
        result.length != px * 3 * s * s)
      throw Refused("the image has another size");
    h->trainer->enlarge(x.data, height, width, result.data);
    return nullptr;
  });
}

}  // namespace

void addTraining(napi_env env, napi_value exports) {
  napi_value training;
  napi_create_object(env, &training);
  const napi_property_descriptor all[] = {
      {"create", 0, create, 0, 0, 0, napi_enumerable, 0},   {"step", 0, step, 0, 0, 0, napi_enumerable, 0},
      {"get", 0, get, 0, 0, 0, napi_enumerable, 0},         {"set", 0, set, 0, 0, 0, napi_enumerable, 0},
      {"steps", 0, steps, 0, 0, 0, napi_enumerable, 0},     {"enlarge", 0, enlarge, 0, 0, 0, napi_enumerable, 0}};
  napi_define_properties(env, training, sizeof all / sizeof *all, all);
  napi_set_named_property(env, exports, "training", training);
}
