#!/usr/bin/env bash
# ms-swift, Qwen2-VL-2B, stage 1: encoder and decoder learn to caption; pictures below 256x128 are resized up (32,768 pixels).
# One machine: bash swift-stage1.sh. Several: the same on each, with NNODES, NODE_RANK and MASTER_ADDR set.
set -euo pipefail
export MIN_PIXELS=32768 MAX_PIXELS=1003520
export NPROC_PER_NODE=${NPROC_PER_NODE:-8} NNODES=${NNODES:-1} NODE_RANK=${NODE_RANK:-0}
export MASTER_ADDR=${MASTER_ADDR:-127.0.0.1} MASTER_PORT=${MASTER_PORT:-29500}
# DeepSpeed ZeRO-2 by default; SHARD="--fsdp fsdp2" shards with PyTorch's FSDP2 instead.
SHARD=${SHARD:---deepspeed zero2}

swift sft \
  --model "${MODEL:-Qwen/Qwen2-VL-2B-Instruct}" --model_type qwen2_vl --template qwen2_vl \
  --dataset "${DATA:-work/data/stage1/train.jsonl}" --strict true \
  --tuner_type full --freeze_llm false --freeze_vit false --freeze_aligner false \
  --torch_dtype bfloat16 --attn_impl flash_attn \
  --num_train_epochs 1 --learning_rate 1e-5 --lr_scheduler_type cosine --warmup_ratio 0.03 \
  --per_device_train_batch_size 16 --gradient_accumulation_steps 4 --max_length 512 \
  --gradient_checkpointing true --dataloader_num_workers 8 --lazy_tokenize true \
  --logging_steps 10 --save_steps 1000 --save_total_limit 3 \
  --output_dir "${OUT:-work/stage1}" --add_version false \
  $SHARD "$@"
