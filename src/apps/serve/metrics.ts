import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../../contract/job.js';
import { pixelsOf } from '../../flow/summary.js';
import type { DiskQuota } from './guard.js';
import type { FairQueue } from './fair-queue.js';

export interface ServiceMetrics {
  readonly registry: Registry;
  image(outcome: Outcome): void;
  /** @param route the pattern of the route, so that there are only so many */
  request(route: string, method: string, status: number, ms: number): void;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What Prometheus reads at /metrics; names are those of OpenTelemetry where it has one. */
export function serviceMetrics(queue: FairQueue, quota: DiskQuota): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  const images = new Counter({
    name: 'srgan_images_total',
    help: 'Images that ended, by what became of them.',
    labelNames: ['status'],
    registers,
  });
  const failures = new Counter({
    name: 'srgan_image_failures_total',
    help: 'Images that failed, by error code.',
    labelNames: ['error_type'],
    registers,
  });
  const pixels = new Counter({
    name: 'srgan_input_pixels_total',
    help: 'Width x height x pages of the sources that were upscaled.',
    registers,
  });
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['http_route', 'http_request_method', 'http_response_status_code'],
    buckets: SECONDS,
    registers,
  });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('srgan_queue_waiting_images', 'Images that wait for a place.', () => queue.waiting);
  gauge('srgan_queue_active_images', 'Images that are being worked on.', () => queue.active);
  gauge('srgan_disk_used_bytes', 'Bytes that uploads and results hold.', () => quota.usedBytes);
  gauge('process_memory_usage_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());

  return {
    registry,
    image(outcome) {
      const { status, code = 'E_INTERNAL' } = outcome;
      images.inc({ status });
      if (status === 'done') pixels.inc(pixelsOf(outcome));
      if (status === 'failed') failures.inc({ error_type: code });
    },
    request(route, method, status, ms) {
      requests.observe(
        { http_route: route, http_request_method: method, http_response_status_code: status },
        ms / 1000,
      );
    },
  };
}
