"""What the Qwen2-VL family fixes outside its weights: control tokens, chat template, picture preprocessing."""

# In the family's order; their ids follow the ordinary vocabulary without a gap.
CONTROL_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

# The pre-tokeniser's word pattern (Qwen2Tokenizer): contractions, words, single digits, punctuation, line breaks, spaces.
WORD_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

_DEFAULT_SYSTEM_TURN = (
    "{%- if loop.first and turn.role != 'system' -%}"
    "{{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' -}}"
    "{%- endif -%}"
)

# Renders the same strings as the template of the public Qwen2-VL instruct models.
CHAT_TEMPLATE = (
    "{%- set seen = namespace(pictures=0, videos=0) -%}"
    "{%- for turn in messages -%}"
    + _DEFAULT_SYSTEM_TURN
    + "{{- '<|im_start|>' + turn.role + '\\n' -}}"
    "{%- if turn.content is string -%}"
    "{{- turn.content -}}"
    "{%- else -%}"
    "{%- for part in turn.content -%}"
    "{%- if part.type == 'image' or 'image' in part or 'image_url' in part -%}"
    "{%- set seen.pictures = seen.pictures + 1 -%}"
    "{%- if add_vision_id -%}{{- 'Picture ' ~ seen.pictures ~ ': ' -}}{%- endif -%}"
    "{{- '<|vision_start|><|image_pad|><|vision_end|>' -}}"
    "{%- elif part.type == 'video' or 'video' in part -%}"
    "{%- set seen.videos = seen.videos + 1 -%}"
    "{%- if add_vision_id -%}{{- 'Video ' ~ seen.videos ~ ': ' -}}{%- endif -%}"
    "{{- '<|vision_start|><|video_pad|><|vision_end|>' -}}"
    "{%- elif 'text' in part -%}"
    "{{- part.text -}}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)

# The same, but no system turn is put before a conversation that has none: a small model need not read it every time.
PLAIN_CHAT_TEMPLATE = CHAT_TEMPLATE.replace(_DEFAULT_SYSTEM_TURN, "")

# preprocessor_config.json of the public Qwen2-VL models.
PREPROCESSOR = {
    "min_pixels": 3136,
    "max_pixels": 12845056,
    "patch_size": 14,
    "temporal_patch_size": 2,
    "merge_size": 2,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "image_processor_type": "Qwen2VLImageProcessor",
    "processor_class": "Qwen2VLProcessor",
}
