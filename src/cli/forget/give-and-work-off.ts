/** An order to forget, given and worked off here; processes that run beside have let go of it when this resolves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ForgetOrder } from '../../trust/forget/forget-order.ts';
import type { Work } from '../shell.ts';
import { type ForgetRequest, giveOrder } from './give-order.ts';
import { forgetTools } from './tools-of-parts.ts';
import { finishIfDone, workOff } from './work-off.ts';

/** Milliseconds: a process that is busy with a picture answers late. */
const patienceMs = 60_000;

export interface Done {
  readonly order: ForgetOrder;
  /** The order with the names that it has thrown away since: they are looked for as well. */
  readonly given?: ForgetOrder;
  /** Processes that run and have not answered. */
  readonly waiting: number;
}

/** @throws ChatReidError STORAGE_*, GALLERY_*, STATE_UNREACHABLE, AUDIT_*: the order is kept, and worked off by who comes next */
export async function giveAndWorkOff({ parts, shell, signal }: Work, request: ForgetRequest): Promise<Done> {
  const tools = forgetTools(parts, () => shell.now());
  const given = await giveOrder(tools, request);
  const { id } = given;
  await workOff(tools, id, signal);
  const until = performance.now() + patienceMs;
  let waiting = await tools.orders.waitingFor(id);
  while (waiting.length > 0 && performance.now() < until && !signal.aborted) {
    await sleep(50, undefined, { signal }).catch(() => undefined);
    waiting = await tools.orders.waitingFor(id);
  }
  await finishIfDone(tools, id);
  return { order: (await tools.orders.order(id)) ?? given, given, waiting: waiting.length };
}
