import { optionsSchema } from '../image-options.js';

/**
 * What /openapi.json says of each route. Requests are not checked by these: options have the checks of the command
 * line, with the same sentences.
 */

const failure = (description: string) => ({
  description,
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'Stable, such as E_TOO_LARGE.' },
        message: { type: 'string', description: 'One sentence for a person.' },
        hint: { type: 'string' },
      },
    },
  },
});

export const FAILURES = {
  '4xx': failure('The request cannot be done as it is; 429 and 507 say when to come again.'),
  '5xx': failure('The service could not do it.'),
};

const image = {
  type: 'string',
  format: 'binary',
  description: 'The result, in the format that was asked for.',
};

export const UPSCALE_SCHEMA = {
  summary: 'Upscale one image',
  description:
    'The body is the image as it is, or a form with one file and options as fields. The answer is the result.',
  consumes: ['application/octet-stream', 'multipart/form-data'],
  produces: ['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/tiff', 'image/gif'],
  querystring: { type: 'object', properties: optionsSchema() },
  response: { 200: image, ...FAILURES },
};

export const MODELS_SCHEMA = {
  summary: 'List the networks that can be used',
  response: {
    200: {
      description: 'Networks by name.',
      type: 'object',
      properties: {
        default: { type: 'string' },
        kinds: { type: 'array', items: { type: 'string' } },
        efforts: { type: 'array', items: { type: 'string' } },
        models: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: { type: 'string' },
              factors: { type: 'array', items: { type: 'number' } },
              defaultFactor: { type: 'number' },
              licence: { type: 'string' },
              origin: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

export const HEALTH_SCHEMA = {
  summary: 'Whether the service takes work',
  description: '200 while it does; 503 while it stops.',
  response: {
    200: {
      description: 'It does.',
      type: 'object',
      properties: {
        status: { type: 'string' },
        waiting: { type: 'integer' },
        active: { type: 'integer' },
      },
    },
  },
};

const job = {
  description: 'The job: its state, and what became of each image so far.',
  type: 'object',
  properties: {
    id: { type: 'string' },
    state: { type: 'string', enum: ['waiting', 'running', 'done'] },
    total: { type: 'integer' },
    ended: { type: 'integer' },
    failed: { type: 'integer' },
    results: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          n: { type: 'integer', description: 'Number of the image, from 0 on.' },
          source: { type: 'string' },
          status: { type: 'string', enum: ['done', 'copied', 'skipped', 'failed'] },
          url: { type: 'string' },
          outputWidthPx: { type: 'integer' },
          outputHeightPx: { type: 'integer' },
          outputBytes: { type: 'integer' },
        },
      },
    },
  },
};

const id = { type: 'string', description: 'Of the job; only whoever made it knows it.' };
const ofJob = { params: { type: 'object', properties: { id } } };

export const SUBMIT_SCHEMA = {
  summary: 'Upscale many images as one job',
  description:
    'A form with files, and options as fields; or {"urls": […], "options": {…}} where the service fetches. The job ' +
    'goes on whether its client waits or not, and survives a restart.',
  consumes: ['multipart/form-data', 'application/json'],
  response: { 202: job, ...FAILURES },
};

export const JOB_SCHEMA = { summary: 'Where a job stands', ...ofJob, response: { 200: job, ...FAILURES } };

export const EVENTS_SCHEMA = {
  summary: 'What happens in a job, as it does',
  description:
    'Server-sent events: result, progress and end. Last-Event-ID passes over results that were told.',
  ...ofJob,
  produces: ['text/event-stream'],
  response: { 200: { type: 'string' }, ...FAILURES },
};

export const RESULT_SCHEMA = {
  summary: 'One result of a job',
  params: { type: 'object', properties: { id, n: { type: 'integer' } } },
  produces: UPSCALE_SCHEMA.produces,
  response: { 200: image, ...FAILURES },
};

export const ARCHIVE_SCHEMA = {
  summary: 'All results of a job so far, as a zip',
  ...ofJob,
  produces: ['application/zip'],
  response: { 200: { type: 'string', format: 'binary' }, ...FAILURES },
};

export const REMOVE_SCHEMA = {
  summary: 'Stop a job and remove its files',
  ...ofJob,
  response: { 204: { type: 'null', description: 'It is gone.' }, ...FAILURES },
};
