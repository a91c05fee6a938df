import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OpenQueue } from '../redis/queue.js';
import type { WorkObserver } from '../work.js';
import { pixelsOf } from '../../../flow/summary.js';

const STAGE_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];
const SHARD_SECONDS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];
const WAIT_SECONDS = [0.1, 1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600];

/**
 * What a worker measures. Names are those of OpenTelemetry's conventions for processes, messaging and Node where
 * they have one, as its exporter writes them for Prometheus.
 */
export function workMetrics(open: OpenQueue): { registry: Registry; observer: WorkObserver } {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ messaging_destination_name: open.name });

  const images = new Counter({
    name: 'srgan_images_total',
    help: 'Images that ended, by what became of them.',
    labelNames: ['status'],
    registers,
  });
  const pixels = new Counter({
    name: 'srgan_input_pixels_total',
    help: 'Width x height x pages of the sources that were upscaled.',
    registers,
  });
  const failures = new Counter({
    name: 'srgan_image_failures_total',
    help: 'Images that failed, by error code.',
    labelNames: ['error_type'],
    registers,
  });
  const stages = new Histogram({
    name: 'srgan_stage_duration_seconds',
    help: 'Time of an image in each stage, without waiting for a place in it.',
    labelNames: ['stage'],
    buckets: STAGE_SECONDS,
    registers,
  });
  const shards = new Histogram({
    name: 'messaging_process_duration_seconds',
    help: 'Time of a shard in the hands of this worker, by how it ended.',
    labelNames: ['outcome'],
    buckets: SHARD_SECONDS,
    registers,
  });
  const waits = new Histogram({
    name: 'srgan_queue_wait_seconds',
    help: 'Time from the submission of a shard until this worker took it up.',
    buckets: WAIT_SECONDS,
    registers,
  });
  const inHand = new Gauge({ name: 'srgan_shards_in_hand', help: 'Shards in hand.', registers });
  inHand.set(0);
  new Gauge({
    name: 'srgan_queue_shards',
    help: 'Shards in the queue, by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      // what waits for Redis would hold back all that is asked for
      if (open.connection.client.status !== 'ready') return;
      const counts = await open.queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
      for (const [state, n] of Object.entries(counts)) this.set({ state }, n);
    },
  });
  new Gauge({
    name: 'process_memory_usage_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_time_seconds_total',
    help: 'Time of cores, by mode.',
    labelNames: ['cpu_mode'],
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc({ cpu_mode: 'user' }, user / 1e6);
      this.inc({ cpu_mode: 'system' }, system / 1e6);
    },
  });

  return {
    registry,
    observer: {
      image(outcome) {
        const { status, code = 'E_INTERNAL', ms } = outcome;
        images.inc({ status });
        if (status === 'done') pixels.inc(pixelsOf(outcome));
        if (status === 'failed') failures.inc({ error_type: code });
        for (const [stage, spent] of Object.entries(ms)) stages.observe({ stage }, spent / 1000);
      },
      shardBegun(_job, waitMs) {
        waits.observe(waitMs / 1000);
        inHand.inc();
      },
      shardEnded(_job, { kind, ms }) {
        shards.observe({ outcome: kind.replaceAll(' ', '_') }, ms / 1000);
        inHand.dec();
      },
    },
  };
}
