/** A route of the REST interface. */
import type { Answer, Call } from '../call.ts';
import type { RouteName } from '../faults.ts';

export type Params = Readonly<Record<string, string>>;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/channels/:channel/messages`; the first parameter has a rate limit bucket of its own. */
  readonly path: string;
  readonly name: RouteName;
  /** False where the token in the path is enough. */
  readonly open?: boolean;
  handle(call: Call, params: Params): Answer | Promise<Answer>;
}

export function matchPath(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given[i]!);
    else if (part !== decodeURIComponent(given[i]!)) return undefined;
  }
  return params;
}
