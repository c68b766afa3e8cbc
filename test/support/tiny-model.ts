/** The tiny Qwen2-VL with random weights that every engine can be tried with (made by model/hpt/export.py). */
import { fileURLToPath } from 'node:url';

export const tinyModel = fileURLToPath(new URL('../fixtures/tiny-qwen2vl', import.meta.url));
