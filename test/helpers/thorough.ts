import process from 'node:process';

/** Whether every case is asked for, as `npm run soak` does; `npm test` takes a part of those that are many. */
export const THOROUGH = process.argv.includes('--thorough');
