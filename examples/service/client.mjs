// The service from Node, without packages: node client.mjs PICTURE [ADDRESS]. With a token, put it into SRGAN_TOKEN.
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

const [picture, url = 'http://127.0.0.1:8788'] = process.argv.slice(2);
const headers = { authorization: `Bearer ${process.env.SRGAN_TOKEN ?? ''}` };

async function ask(path, init = {}) {
  const response = await fetch(url + path, { headers, ...init });
  if (response.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('retry-after'))));
    return ask(path, init);
  }
  if (!response.ok) throw new Error((await response.json()).error.message);
  return response;
}

// one picture, answered with the result
const bytes = await readFile(picture);
const big = await ask('/v1/upscale?scale=2&format=webp', { method: 'POST', body: bytes });
await writeFile('big.webp', Buffer.from(await big.arrayBuffer()));

// many as a job, each result when it comes
const form = new FormData();
form.set('scale', '3');
for (const name of [basename(picture), 'again.png']) form.append('files', new Blob([bytes]), name);
const job = await (await ask('/v1/jobs', { method: 'POST', body: form })).json();
const events = await ask(job.links.events);
let text = '';
for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
  const parts = (text + piece).split('\n\n');
  text = parts.pop();
  for (const part of parts.filter((part) => part.startsWith('event: result'))) {
    const result = JSON.parse(part.slice(part.indexOf('data: ') + 6));
    if (result.url) await writeFile(result.name, Buffer.from(await (await ask(result.url)).arrayBuffer()));
    console.log(result.status, result.source, result.name ?? result.error.message);
  }
}
await ask(job.links.self, { method: 'DELETE' });
