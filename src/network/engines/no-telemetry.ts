/**
 * Disables the telemetry of the packaged onnxruntime, which otherwise reports its use over the network and
 * leaves files in the temporary directory. It must be set before onnxruntime loads, and on the main thread,
 * since only its environment is that of the process.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
