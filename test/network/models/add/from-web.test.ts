import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { addNetworks, type AddOptions } from '../../../../src/network/models/add/add.js';
import { shownUrl } from '../../../../src/network/models/add/download.js';
import { findKept } from '../../../../src/network/models/kept/kept-families.js';
import { keptDirectory } from '../../../../src/network/models/kept/kept-record.js';
import type { SrganError } from '../../../../src/system/errors.js';
import { tarOf, zipOf } from '../../../helpers/archives.js';
import { serve } from '../../../helpers/serve.js';
import { temporaryDirectory } from '../../../helpers/temporary-directory.js';
import { writeTinyNetwork } from '../../../helpers/tiny-network.js';

// the data directory is the process's, so each test has it alone
const alone = test.serial;
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function openHome(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  process.env.SRGAN_HOME = path.join(directory, 'data');
  const param = await writeTinyNetwork(path.join(directory, 'net'));
  const files = { param: await readFile(param), bin: await readFile(path.join(directory, 'net.bin')) };
  return { directory, files };
}

/** Not a byte is left of what was refused. */
async function refusal(t: ExecutionContext, what: string, options: AddOptions = {}): Promise<SrganError> {
  const error = await t.throwsAsync<SrganError>(addNetworks(what, options));
  t.deepEqual(await readdir(keptDirectory()), []);
  return error;
}

const fileServer =
  (files: Readonly<Record<string, Uint8Array>>): RequestListener =>
  (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://server');
    const bytes = files[pathname];
    response.writeHead(bytes ? 200 : 404, { 'content-length': bytes?.length ?? 0 });
    response.end(bytes);
  };

alone('a .param and the .bin beside it, by way of redirects; a secret in the URL is not kept', async (t) => {
  const { files } = await openHome(t);
  const asked: string[] = [];
  const server = await serve(t, (request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.startsWith('/models/')) {
      response.writeHead(302, { location: request.url.replace('/models/', '/cdn/') }).end();
    } else fileServer({ '/cdn/net.param': files.param, '/cdn/net.bin': files.bin })(request, response);
  });
  const { kept } = await addNetworks(`${server}/models/net.param?key=secret`, {
    sha256: [sumOf(files.param), sumOf(files.bin).toUpperCase()],
  });
  t.deepEqual(asked, [
    '/models/net.param?key=secret',
    '/cdn/net.param?key=secret',
    '/models/net.bin?key=secret',
    '/cdn/net.bin?key=secret',
  ]);
  t.like(kept[0]?.record, {
    name: 'net',
    origin: `${server}/models/net.param`,
    files: { 'net.param': sumOf(files.param), 'net.bin': sumOf(files.bin) },
  });
  t.deepEqual(await readdir(keptDirectory()), ['net']);
});

alone('an archive of the web, with one of its networks chosen', async (t) => {
  const { files } = await openHome(t);
  const zip = zipOf({ 'a.param': files.param, 'a.bin': files.bin, 'b.param': files.param });
  const server = await serve(t, fileServer({ '/all.zip': zip }));
  const { kept } = await addNetworks(`${server}/all.zip`, { only: ['a'], name: 'one', sha256: [sumOf(zip)] });
  t.like(kept[0]?.record, { name: 'one', fetched: { name: 'all.zip', sha256: sumOf(zip) } });
  t.deepEqual(Object.keys((await findKept('one'))!.record.files), ['a.param', 'a.bin']);
});

alone('what is not what it should be leaves nothing', async (t) => {
  const { files } = await openHome(t);
  const zip = zipOf({ 'a.param': files.param, 'a.bin': files.bin });
  const server = await serve(
    t,
    fileServer({
      '/net.param': files.param,
      '/net.bin': files.bin,
      '/all.zip': zip,
      '/alone.param': files.param,
    }),
  );
  const wrong = '0'.repeat(64);
  for (const file of ['net.param', 'all.zip']) {
    const { code, message } = await refusal(t, `${server}/${file}`, { sha256: [wrong] });
    t.is(code, 'E_MODEL');
    t.true(
      message.includes(wrong) && message.includes(sumOf(file === 'all.zip' ? zip : files.param)),
      message,
    );
  }
  t.regex((await refusal(t, `${server}/gone.onnx`)).message, /gone\.onnx: the server answered 404\.$/);
  t.regex((await refusal(t, `${server}/alone.param`)).message, /alone\.bin: the server answered 404\.$/);
  t.regex((await refusal(t, `${server}/page.html`)).message, /the file name is not that of a network/);
  t.regex((await refusal(t, `http://u:p@${new URL(server).host}/net.param`)).message, /credentials/);
  // of both files together
  const maxDownloadBytes = files.param.length + files.bin.length - 1;
  t.regex((await refusal(t, `${server}/net.param`, { maxDownloadBytes })).message, /it is larger than/);
});

alone('a server that sends too much, too little, nothing any more, or leads on for ever', async (t) => {
  await openHome(t);
  const server = await serve(t, (request, response) => {
    switch (request.url) {
      case '/endless.onnx':
        response.writeHead(200);
        response.on('error', () => undefined);
        const send = () => {
          while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
          response.once('drain', send);
        };
        send();
        return;
      case '/cut.onnx':
        response.writeHead(200, { 'content-length': 1000 }).write('half');
        response.destroy();
        return;
      case '/chunk.onnx':
        response.writeHead(200).write('half', () => response.destroy());
        return;
      case '/silent.onnx':
        response.writeHead(200).write('half');
        return;
      case '/loop.onnx':
        response.writeHead(302, { location: '/loop.onnx' }).end();
        return;
      default:
        response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    }
  });
  t.regex(
    (await refusal(t, `${server}/endless.onnx`, { maxDownloadBytes: 2 ** 20 })).message,
    /larger than 1\.0 MiB/,
  );
  t.regex((await refusal(t, `${server}/cut.onnx`)).message, /cut\.onnx: downloading it failed: /);
  t.regex((await refusal(t, `${server}/chunk.onnx`)).message, /chunk\.onnx: downloading it failed: /);
  t.regex((await refusal(t, `${server}/silent.onnx`, { stallMs: 100 })).message, /stopped sending data/);
  t.regex((await refusal(t, `${server}/loop.onnx`)).message, /redirects more than 5 times/);
  t.regex(
    (await refusal(t, `${server}/file.onnx`)).message,
    /redirects to an unsupported or unencrypted address/,
  );
  t.is(shownUrl(new URL('https://h/a.onnx?x=1#y')), 'https://h/a.onnx');
});

alone('a package that is not installed is fetched from the registry that npm is set up with', async (t) => {
  const { directory, files } = await openHome(t);
  const tarball = tarOf({
    'package/package.json': JSON.stringify({ name: '@made-up/net', version: '1.2.0', license: 'ISC' }),
    'package/models/x2/a.param': files.param,
    'package/models/x2/a.bin': files.bin,
    'package/install.js': 'process.exit(1)',
  });
  const integrity = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  let stated = integrity(tarball);
  const server = await serve(t, (request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    if (url === '/net.tgz') {
      response.end(tarball);
      return;
    }
    if (url !== '/@made-up/net') {
      response.writeHead(404).end('{}');
      return;
    }
    const version = {
      name: '@made-up/net',
      version: '1.2.0',
      dist: { tarball: `${server}/net.tgz`, integrity: stated },
    };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        name: '@made-up/net',
        'dist-tags': { latest: '1.2.0' },
        versions: { '1.2.0': version },
      }),
    );
  });
  process.env.npm_config_registry = server;
  process.env.npm_config_cache = path.join(directory, 'npm');
  const { kept } = await addNetworks('@made-up/net');
  t.like(kept[0]?.record, {
    name: 'a',
    origin: '@made-up/net@1.2.0',
    licence: { licence: 'ISC', by: 'package.json of @made-up/net' },
  });
  t.deepEqual(Object.keys(kept[0]?.record.files ?? {}), [
    'models/x2/a.param',
    'models/x2/a.bin',
    'package.json',
  ]);
  t.deepEqual(await readdir(keptDirectory()), ['a']);
  stated = integrity(Buffer.from('another'));
  process.env.npm_config_cache = path.join(directory, 'other');
  const damaged = await t.throwsAsync(addNetworks('@made-up/net', { force: true }));
  t.regex(String(damaged), /the package is not what the registry states: sha512 is /);
  t.regex(
    String(await t.throwsAsync(addNetworks('@made-up/other'))),
    /neither a file here nor a package that npm knows/,
  );
  t.deepEqual(await readdir(keptDirectory()), ['a']);
});
