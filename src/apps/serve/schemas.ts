import { optionsSchema } from './image-options.js';

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
