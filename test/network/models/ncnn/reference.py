"""Runs networks with ncnn itself, on the CPU, on whole images.

Takes one JSON list of {param, bin, widthPx, heightPx, input, output, marginPx, blockPx, times}: raw RGB bytes in,
float32 planes out, and on stdout a line of JSON with the seconds that it took when it was done before. As the programs that come with such networks do, the border pixels are repeated marginPx
times around the image, and below and to the right up to whole blocks.
"""

import json
import sys
import time

import ncnn
import numpy

for job in json.loads(sys.argv[1]):
    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    net.opt.use_fp16_packed = False
    net.opt.use_fp16_storage = False
    net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.opt.num_threads = 2
    assert net.load_param(job["param"]) == 0 and net.load_model(job["bin"]) == 0

    width, height, margin, block = (job[key] for key in ("widthPx", "heightPx", "marginPx", "blockPx"))
    pixels = numpy.fromfile(job["input"], numpy.uint8).reshape(height, width, 3)
    planes = pixels.astype(numpy.float32).transpose(2, 0, 1) / numpy.float32(255)
    beyond = ((0, 0), (margin, margin + -height % block), (margin, margin + -width % block))
    planes = numpy.ascontiguousarray(numpy.pad(planes, beyond, "edge"))

    for _ in range(job.get("times", 1)):
        with net.create_extractor() as extractor:
            start = time.perf_counter()
            extractor.input(net.input_names()[0], ncnn.Mat(planes))
            status, result = extractor.extract(net.output_names()[-1])
            seconds = time.perf_counter() - start
        assert status == 0
    values = numpy.array(result)
    factor = round(values.shape[1] / (planes.shape[1] - 2 * margin))
    values[:, : height * factor, : width * factor].tofile(job["output"])
    print(json.dumps({"shape": values.shape, "factor": factor, "seconds": seconds}))
