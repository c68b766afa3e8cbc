/** What the child hosts unless told otherwise: the ONNX models of the folder. */
import { ChatReidError } from '../../foundation/error.ts';
import { ModelFolder } from '../model-folder.ts';
import { OnnxEncoder } from '../onnx-encoder.ts';
import { OnnxEngine } from '../onnx-engine.ts';
import type { HostedEncoder, HostedEngine, HostOptions } from './protocol.ts';

/** @throws ChatReidError ENGINE_CANNOT when the folder holds a filter but no language model; MODEL_* */
export async function createEngine(options: HostOptions): Promise<HostedEngine> {
  const folder = await ModelFolder.open(options.model);
  if (!folder.hasLanguageModel) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      `The model folder ${folder.path} holds a filter, but no language model that could be asked.`,
      'Search with the filter alone, or use a model folder with onnx/decoder_model_merged.onnx.',
    );
  }
  return OnnxEngine.open(options);
}

/** @throws ChatReidError ENGINE_CANNOT when the folder holds a language model but no filter; MODEL_* */
export async function createEncoder(options: HostOptions): Promise<HostedEncoder> {
  const folder = await ModelFolder.open(options.model);
  if (!folder.filter) {
    throw new ChatReidError(
      'ENGINE_CANNOT',
      `The model folder ${folder.path} holds a language model, but no filter to search a gallery with.`,
      'Use a model folder with a filter, such as the one that comes with the program.',
    );
  }
  return OnnxEncoder.open(options);
}
