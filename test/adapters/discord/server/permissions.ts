/** What a member may do in a channel: roles, then the channel's exceptions, as Discord works it out. */
export const permission = {
  administrator: 1n << 3n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  sendMessagesInThreads: 1n << 38n,
} as const;

export type PermissionName = keyof typeof permission;

export const everyPermission = (1n << 50n) - 1n;

export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | permission[name], 0n);
}

export interface Overwrite {
  /** Of a role, or of a member. */
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Asked {
  readonly user: string;
  /** The id of the guild is the id of its role @everyone. */
  readonly guild: string;
  readonly owner: string;
  /** Bits of each role of the guild. */
  readonly roles: ReadonlyMap<string, bigint>;
  readonly memberRoles: readonly string[];
  /** Of the channel; of a thread those of its parent. */
  readonly overwrites: readonly Overwrite[];
}

export function permissionsIn({ user, guild, owner, roles, memberRoles, overwrites }: Asked): bigint {
  if (user === owner) return everyPermission;
  let bits = roles.get(guild) ?? 0n;
  for (const role of memberRoles) bits |= roles.get(role) ?? 0n;
  if ((bits & permission.administrator) !== 0n) return everyPermission;
  const apply = (some: readonly Overwrite[]) => {
    for (const { deny } of some) bits &= ~deny;
    for (const { allow } of some) bits |= allow;
  };
  apply(overwrites.filter(({ id }) => id === guild));
  apply(overwrites.filter(({ id, type }) => type === 0 && memberRoles.includes(id)));
  apply(overwrites.filter(({ id, type }) => type === 1 && id === user));
  // Who does not see a channel can do nothing in it.
  return (bits & permission.viewChannel) === 0n ? 0n : bits;
}
