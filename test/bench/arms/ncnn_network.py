"""One network in ncnn, on the CPU and on whole images: one run for each line that comes in.

Takes JSON: {param, bin, widthPx, heightPx, input, marginPx, blockPx, threads}; `input` holds raw RGB bytes. As the
programs that come with such networks do, the border pixels are repeated marginPx times around the image, and below
and to the right up to whole blocks. Answers {seconds, cpuSeconds}: from float32 planes to float32 planes.
"""

import json
import os
import sys
import time

job = json.loads(sys.argv[1])
# threads that wait for work without sleeping would take the cores of the other arms
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import ncnn  # noqa: E402
import numpy  # noqa: E402

net = ncnn.Net()
net.opt.use_vulkan_compute = False
net.opt.use_fp16_packed = False
net.opt.use_fp16_storage = False
net.opt.use_fp16_arithmetic = False
net.opt.use_bf16_storage = False
net.opt.num_threads = job["threads"]
assert net.load_param(job["param"]) == 0 and net.load_model(job["bin"]) == 0

width, height, margin, block = (job[key] for key in ("widthPx", "heightPx", "marginPx", "blockPx"))
pixels = numpy.fromfile(job["input"], numpy.uint8).reshape(height, width, 3)
planes = pixels.astype(numpy.float32).transpose(2, 0, 1) / numpy.float32(255)
beyond = ((0, 0), (margin, margin + -height % block), (margin, margin + -width % block))
planes = numpy.ascontiguousarray(numpy.pad(planes, beyond, "edge"))

for _ in sys.stdin:
    cpu, start = time.process_time(), time.perf_counter()
    with net.create_extractor() as extractor:
        extractor.input(net.input_names()[0], ncnn.Mat(planes))
        status, result = extractor.extract(net.output_names()[-1])
    seconds, cpuSeconds = time.perf_counter() - start, time.process_time() - cpu
    assert status == 0
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpuSeconds}), flush=True)
