/** Orders to forget that an earlier process did not live to work off. */
import type { Home } from '../../foundation/home.ts';
import { OrderFolder } from '../../trust/forget/order-folder.ts';
import type { Composition } from '../composition.ts';
import { forgetTools } from './tools-of-parts.ts';
import { finishIfDone, workOff } from './work-off.ts';

/** What cannot be done now (a state that is kept elsewhere and does not answer) is tried again by whoever comes next. */
export async function finishLeftOrders(home: Home, make: () => Composition): Promise<void> {
  const orders = new OrderFolder(home.root);
  const left = (await orders.open().catch(() => [])).filter(({ removed }) => removed === undefined);
  if (left.length === 0) return;
  const parts = make();
  try {
    const tools = forgetTools(parts);
    await orders.tidy();
    for (const { id } of left) {
      await workOff(tools, id).then(
        () => finishIfDone(tools, id),
        () => undefined,
      );
    }
  } finally {
    await parts.close();
  }
}
