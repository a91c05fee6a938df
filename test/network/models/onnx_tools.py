"""What other programs make of ONNX files, and whether they take them.

Takes a JSON object: {"half": [[from, to, keep_io_types], ...], "check": [file, ...]}.
"""

import json
import sys
import warnings

import onnx
from onnxconverter_common import float16

job = json.loads(sys.argv[1])
warnings.simplefilter("ignore")
for source, target, keep in job["half"]:
    onnx.save(float16.convert_float_to_float16(onnx.load(source), keep_io_types=keep), target)
for file in job["check"]:
    onnx.checker.check_model(onnx.load(file), full_check=True)
