/** What Slack lets into a message: text, blocks, metadata. */
import { checkBlocks, type KnownFile, textLength } from './block-rules.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { limits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** @throws Refusal no_text, msg_too_long, invalid_blocks, msg_blocks_too_long, invalid_metadata_*, metadata_too_large */
export function checkMessage(args: JsonObject, knownFile: KnownFile): void {
  const { text, blocks, metadata } = args;
  if (text !== undefined && typeof text !== 'string') throw new Refusal('invalid_arguments');
  const empty = [blocks, args.attachments].every((list) => !Array.isArray(list) || list.length === 0);
  if (empty && (text ?? '').trim() === '' && args.markdown_text === undefined) throw new Refusal('no_text');
  if ([...(text ?? '')].length > limits.message.text) throw new Refusal('msg_too_long');
  if (blocks !== undefined) checkMessageBlocks(blocks, knownFile);
  if (metadata !== undefined) checkMetadata(metadata);
}

function checkMessageBlocks(blocks: Json, knownFile: KnownFile): void {
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  const found = checkBlocks(blocks, 'message', knownFile);
  if (found.length > 0) throw new Refusal('invalid_blocks', found);
  if (textLength(blocks) > limits.message.blocksText) throw new Refusal('msg_blocks_too_long');
}

function checkMetadata(metadata: Json): void {
  if (!isObject(metadata)) throw new Refusal('invalid_metadata_format');
  const { event_type: type, event_payload: payload } = metadata;
  if (typeof type !== 'string' || type === '' || type.length > limits.message.metadataType)
    throw new Refusal('invalid_metadata_schema');
  if (!/^\w+$/.test(type) || !isObject(payload)) throw new Refusal('invalid_metadata_schema');
  if (Buffer.byteLength(JSON.stringify(metadata)) > limits.message.metadataBytes)
    throw new Refusal('metadata_too_large');
}
