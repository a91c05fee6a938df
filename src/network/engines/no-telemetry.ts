/**
 * The packaged onnxruntime reports its use over the network, and leaves files in the temporary directory, unless
 * this is set before it loads. Only the main thread's environment is that of the process.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
