/** A house to talk in under a policy: the gallery `hall` of cameras 1 to 3, and the gallery `vault` in the cellar. */
import { randomUUID } from 'node:crypto';
import type { Reply } from '../../../src/conversation/reply.ts';
import type { SessionManager } from '../../../src/conversation/session-manager.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { PolicyAccess } from '../../../src/trust/access/access.ts';
import { type Policy, policySchema } from '../../../src/trust/access/policy.ts';
import { cameras, type Changes, drawn, people, Talk, TalkingHouse } from '../../conversation/talking.ts';
import { messageOf } from '../../conversation/message-of.ts';
import { memoryStorage } from './memory-storage.ts';

export class AccessHouse {
  private constructor(readonly talks: TalkingHouse) {}

  static async build(): Promise<AccessHouse> {
    const talks = await TalkingHouse.build();
    const { encoder, store } = await talks.parts();
    const { space } = await encoder.describeEncoder();
    for (let person = 0; person < people; person++) {
      const bytes = await drawn(person, cameras);
      const id = pictureId(bytes);
      const record = {
        pictureId: id,
        personId: `p${person}`,
        cameraId: 'v1',
        place: 'cellar',
        source: `vault-${person}.png`,
        width: 8,
        height: 16,
      };
      await store.add('vault', [{ record, bytes }]);
      const [vector] = await encoder.encodePictures([{ id, path: await store.path(id) }]);
      await store.addVectors(space, [{ pictureId: id, vector: vector as Float32Array }], {
        claimFor: 'vault',
      });
    }
    return new AccessHouse(talks);
  }

  async manager(policy: unknown, changes: Changes = {}): Promise<SessionManager> {
    const access = new PolicyAccess(policySchema.parse(policy));
    return this.talks.manager({ storage: memoryStorage(), access, ...changes });
  }

  get store() {
    return this.talks.store;
  }

  remove(): Promise<void> {
    return this.talks.remove();
  }
}

/** Somebody in a talk that others are in too; their name is their mark. */
export class Somebody {
  static #sent = 0;

  constructor(
    readonly manager: SessionManager,
    readonly name: string,
    readonly conversation = `test:${randomUUID()}`,
  ) {}

  /** The same talk. */
  and(name: string): Somebody {
    return new Somebody(this.manager, name, this.conversation);
  }

  get asker() {
    return { user: `test:${this.name}`, marks: [`test:${this.name}`], conversation: this.conversation };
  }

  /** @returns all that was delivered, the final reply last */
  async says(text: string, more: Parameters<typeof messageOf>[3] = {}): Promise<Reply[]> {
    const delivered: Reply[] = [];
    const id = `m${++Somebody.#sent}`;
    const { user, marks } = this.asker;
    const message = messageOf(this.conversation, id, text, { ...more, user, marks });
    await this.manager.handle(message, async (reply) => void delivered.push(reply)).done;
    return delivered;
  }

  async say(text: string, more: Parameters<typeof messageOf>[3] = {}): Promise<Reply> {
    return (await this.says(text, more)).at(-1)!;
  }

  async press(...acts: NonNullable<NonNullable<Parameters<typeof messageOf>[3]>['acts']>): Promise<Reply> {
    return this.say('', { acts });
  }

  async state() {
    return await new Talk(this.manager, this.conversation).state();
  }
}

/** Grants to people by name: `narrow` of the hall's camera 2. */
export function grant(role: Policy['grants'][number]['role'], name: string, limits: object = {}) {
  return { role, to: [`test:${name}`], ...limits };
}

/** Everything that a reply tells, for looking for what it must not. */
export function toldBy(...replies: readonly unknown[]): string {
  return JSON.stringify(replies);
}
