/** The stores of a composition, for whoever forgets. */
import { OrderFolder } from '../../trust/forget/order-folder.ts';
import type { Composition } from '../composition.ts';
import type { ForgetTools } from './forget-tools.ts';

export function forgetTools(parts: Composition, now: () => Date = () => new Date()): ForgetTools {
  return {
    home: parts.settings.home,
    orders: new OrderFolder(parts.settings.home.root),
    store: () => parts.store(),
    storage: () => parts.wholeStorage(),
    audit: () => parts.audit(),
    now,
  };
}
