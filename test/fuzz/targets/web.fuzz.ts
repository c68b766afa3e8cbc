/** Requests to the page's server: an answer, never a fault of ours. */
import { WebHarness } from '../../adapters/web/web-harness.ts';
import { formOf, talk } from '../../adapters/web/web-harness.ts';
import { pngHeader } from '../../foundation/odd-pictures.ts';
import { hold } from '../invariants.ts';

export const runs = 500;

const boundary = 'fuzz-boundary';

/** The first line is method and path, headers follow, and after an empty line the body. */
export async function seeds(): Promise<Uint8Array[]> {
  const asked = (head: string, body: Uint8Array | string = '') =>
    Buffer.concat([Buffer.from(`${head}\n\n`), Buffer.from(body)]);
  const form = async (path: string, values: FormData) => {
    const request = new Request('http://x/', { method: 'POST', body: values });
    const type = request.headers.get('content-type') ?? '';
    const own = /boundary=(.*)$/.exec(type)?.[1] ?? '';
    const body = Buffer.from(await request.arrayBuffer())
      .toString('latin1')
      .replaceAll(own, boundary);
    return asked(
      `POST ${path}\ncontent-type: multipart/form-data; boundary=${boundary}`,
      Buffer.from(body, 'latin1'),
    );
  };
  const id = '22222222-2222-4333-8444-555555555555';
  const acts = [{ act: 'exclude', pictures: [{ rank: 2 }] }] as const;
  const pictures = [{ name: '../x.png', bytes: pngHeader(8, 8) }];
  return [
    asked('GET /'),
    asked('GET /page/../../package.json'),
    asked('GET /page/%2e%2e%2fpackage.json'),
    asked('GET /api/start'),
    asked('GET /api/talks'),
    asked(`GET /api/talks/${talk}/replies`),
    asked(`GET /api/talks/${talk}/sheets/x?save`),
    asked(`GET /api/pictures/${'a'.repeat(64)}/card`),
    asked('GET /api/galleries/hall/pictures?offset=1e9&limit=-1'),
    asked('POST /api/sign-in\ncontent-type: application/json', '{"token":{"a":1}}'),
    asked(`DELETE /api/talks/${talk}`),
    await form(`/api/talks/${talk}/messages`, formOf({ id, text: 'a red coat', acts })),
    await form(`/api/talks/${talk}/messages`, formOf({ id, acts: '[{"act":"__proto__"}]', pictures })),
    await form('/api/galleries/%2e%2e/pictures', formOf({ id, pictures })),
  ];
}

let harness: WebHarness | undefined;

export async function fuzz(data: Buffer): Promise<void> {
  harness ??= new WebHarness();
  const end = data.indexOf('\n\n');
  const [first = '', ...lines] = data
    .subarray(0, end < 0 ? data.length : end)
    .toString('latin1')
    .split('\n');
  const [, method = '', path = ''] = /^(GET|POST|DELETE|PUT|HEAD) (\/[\x21-\x7e]*)$/.exec(first) ?? [];
  // Events are a stream without an end.
  if (path === '' || /events/.test(path)) return;
  const headers = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([a-z-]{1,40}): ([\x20-\x7e]*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
  const body = end < 0 ? undefined : data.subarray(end + 2);
  const bodiless = method === 'GET' || method === 'HEAD' || body === undefined;
  const response = await harness.request(path, {
    method,
    headers,
    ...(bodiless ? {} : { body: new Uint8Array(body) }),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  hold(response.status < 500 || !answer.includes('INTERNAL'), `${first} is no fault of ours: ${answer}`);
  hold(!answer.includes('"devDependencies"'), 'only the page is served');
}
