/** The stand-in of the fault tests is an engine too; so a failure of theirs is not its fault. */
import { FakeEngine } from '../../support/fake-engine.ts';
import { engineContract } from '../engine-contract.ts';

engineContract('FakeEngine', async () => new FakeEngine());
