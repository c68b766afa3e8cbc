"""Runs an exported model folder in ONNX Runtime, the way the TypeScript engine does: what every check compares."""

from pathlib import Path

import numpy as np
import onnxruntime


class OnnxRunner:
    """The three sessions of one precision. `suffix` is '', '_fp16' or '_quantized'."""

    def __init__(self, folder: Path, suffix: str = ""):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3

        def session(name: str) -> onnxruntime.InferenceSession:
            path = folder / "onnx" / f"{name}{suffix}.onnx"
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        self.vision = session("vision_encoder")
        self.embedding = session("embed_tokens")
        self.decoder = session("decoder_model_merged")
        past = [node for node in self.decoder.get_inputs() if node.name.startswith("past_key_values.")]
        self.past_names = [node.name for node in past]
        self.past_shape = tuple(past[0].shape)
        self.dtype = np.float16 if past[0].type == "tensor(float16)" else np.float32

    def features(self, pixel_values: np.ndarray, grid_thw: np.ndarray) -> np.ndarray:
        """[patches, 1176] and [pictures, 3] -> [patches / 4, hidden], all pictures in one call."""
        feeds = {"pixel_values": pixel_values.astype(np.float32), "grid_thw": grid_thw.astype(np.int64)}
        return self.vision.run(None, feeds)[0]

    def embed(self, ids: np.ndarray, features: np.ndarray | None = None, picture_token: int = -1) -> np.ndarray:
        """[B, S] -> [B, S, hidden], with the picture tokens' places taken by `features` in order."""
        embeds = self.embedding.run(None, {"input_ids": ids.astype(np.int64)})[0]
        if features is not None:
            embeds[ids == picture_token] = features.astype(embeds.dtype)
        return embeds

    def empty_past(self, batch: int) -> list[np.ndarray]:
        """Keys and values of nothing: [B, kv_heads, 0, head_dim] each."""
        return [np.zeros((batch, self.past_shape[1], 0, self.past_shape[3]), self.dtype) for _ in self.past_names]

    def decode(
        self, embeds: np.ndarray, mask: np.ndarray, positions: np.ndarray, past: list[np.ndarray] | None = None, keep: int = 1
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Logits [B, keep, vocabulary] (keep 0: all positions) and the grown past."""
        feeds = {
            "inputs_embeds": embeds.astype(self.dtype),
            "attention_mask": mask.astype(np.int64),
            "position_ids": positions.astype(np.int64),
            "num_logits_to_keep": np.array(keep, np.int64),
        }
        feeds.update(zip(self.past_names, self.empty_past(len(embeds)) if past is None else past))
        logits, *present = self.decoder.run(None, feeds)
        return logits, present
