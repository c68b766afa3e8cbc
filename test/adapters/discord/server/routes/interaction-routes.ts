/** Answers to interactions: the callback, then the webhook that the interaction's token opens. */
import type { Call } from '../call.ts';
import { callbackType, type Interaction, type Interactions } from '../interactions.ts';
import type { Posts } from '../posts.ts';
import type { World } from '../world.ts';
import type { Params, Route } from './route.ts';

interface InteractionParts {
  readonly world: World;
  readonly interactions: Interactions;
  readonly posts: Posts;
}

export function interactionRoutes({ world, interactions, posts }: InteractionParts): readonly Route[] {
  const find = ({ application, token }: Params) => interactions.byToken(application!, token!);
  const one = '/webhooks/:application/:token/messages/:message';
  return [
    {
      method: 'POST',
      path: '/interactions/:interaction/:token/callback',
      name: 'callback',
      open: true,
      handle: async ({ body, files, query }, { interaction: id, token }) => {
        const interaction = await interactions.callback(id!, token!, body, files);
        return query.get('with_response') === 'true' ? { body: responsePayload(interaction, world) } : {};
      },
    },
    {
      method: 'POST',
      path: '/webhooks/:application/:token',
      name: 'followup',
      open: true,
      handle: async ({ body, files }: Call, params) => {
        const message = await interactions.followUp(find(params), body, files);
        return { body: world.messagePayload(message) };
      },
    },
    {
      method: 'GET',
      path: one,
      name: 'original',
      open: true,
      handle: (_call, params) => ({
        body: world.messagePayload(interactions.message(find(params), params.message!)),
      }),
    },
    {
      method: 'PATCH',
      path: one,
      name: 'original',
      open: true,
      handle: async ({ body, files }, params) => {
        const message = interactions.message(find(params), params.message!);
        return { body: world.messagePayload(await posts.edit(message, body ?? {}, files)) };
      },
    },
    {
      method: 'DELETE',
      path: one,
      name: 'original',
      open: true,
      handle: (_call, params) => {
        posts.delete(interactions.message(find(params), params.message!));
        return {};
      },
    },
  ];
}

function responsePayload({ id, type, ack, original, token }: Interaction, world: World): object {
  const shown = ack?.type === callbackType.reply || ack?.type === callbackType.update;
  return {
    interaction: {
      id,
      type,
      ...(original !== undefined && {
        response_message_id: original.id,
        response_message_loading: ack?.type === callbackType.defer,
        response_message_ephemeral: original.ephemeralFor !== undefined,
      }),
      activity_instance_id: token.slice(0, 8),
    },
    resource: {
      type: ack?.type,
      ...(shown && original !== undefined && { message: world.messagePayload(original) }),
    },
  };
}
