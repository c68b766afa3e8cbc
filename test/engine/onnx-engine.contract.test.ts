/** OnnxEngine keeps the engine contract. */
import { OnnxEngine } from '../../src/engine/onnx-engine.ts';
import { tinyModel } from '../support/tiny-model.ts';
import { engineContract } from './engine-contract.ts';

engineContract('OnnxEngine', () => OnnxEngine.open({ model: tinyModel, device: 'cpu', threads: 1 }));
