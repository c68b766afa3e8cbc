/** Ids that the page makes, of talks and of messages: UUIDs. */

export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
export const talkId = new RegExp(`^${uuid}$`);
