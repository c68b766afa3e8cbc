/** What LLaMA-Factory must know of train.jsonl; ms-swift reads the file as it is. */

/** The `dataset_info.json` beside the data: `messages` with role and content, pictures in `images`. */
export function datasetInfo(name: string): Readonly<Record<string, unknown>> {
  return {
    [name]: {
      file_name: 'train.jsonl',
      formatting: 'sharegpt',
      columns: { messages: 'messages', images: 'images' },
      tags: {
        role_tag: 'role',
        content_tag: 'content',
        user_tag: 'user',
        assistant_tag: 'assistant',
        system_tag: 'system',
      },
    },
  };
}
