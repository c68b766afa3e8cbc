/** Who asks to see something outside a message: a picture by its id, a talk, the galleries. */
export interface Asker {
  /** As in `Message.user`. */
  readonly user: string;
  /** As in `Message.marks`; `user` counts as one whether it is among them or not. */
  readonly marks: readonly string[];
  /**
   * The talk that the asker has in front of them: pictures that were sent in it can be seen. Without it only pictures of
   * galleries can, except by an admin.
   */
  readonly conversation?: string;
}

/** What the policy is asked with. */
export function marksOf({
  user,
  marks = [],
}: {
  readonly user: string;
  readonly marks?: readonly string[];
}): readonly string[] {
  return marks.includes(user) ? marks : [user, ...marks];
}
