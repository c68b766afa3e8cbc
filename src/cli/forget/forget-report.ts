/** What was forgotten and what is left, for people and as JSON. */
import type { ForgetOrder } from '../../trust/forget/forget-order.ts';
import type { Finding, ScanReport } from '../../trust/forget/scan-home.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { counted, grouped, megabytes } from '../output.ts';
import type { Work } from '../shell.ts';
import type { Done } from './give-and-work-off.ts';
import { prove } from './prove.ts';
import { forgetTools } from './tools-of-parts.ts';

export interface ForgetReport {
  readonly order: ForgetOrder;
  /** Processes that run and have not answered. */
  readonly waiting: number;
  readonly proof?: ScanReport;
}

/** Findings that are told one by one. */
const told = 20;

export async function reportOf(
  work: Work,
  { order, given = order, waiting }: Done,
  proven: boolean,
): Promise<ForgetReport> {
  if (!proven) return { order, waiting };
  const { parts, shell, signal } = work;
  return {
    order,
    waiting,
    proof: await prove(
      forgetTools(parts, () => shell.now()),
      given,
      signal,
    ),
  };
}

/** @returns 1 where something is left */
export function tellReport(work: Work, reports: readonly ForgetReport[]): ExitCode {
  const { out } = work;
  out.document(reports.length === 1 ? documentOf(reports[0]!) : reports.map(documentOf));
  if (reports.length === 0) out.print('Nothing was forgotten here yet.');
  for (const report of reports) tellOne(work, report);
  const left = reports.some(({ waiting, proof }) => waiting > 0 || (proof?.left.length ?? 0) > 0);
  return left ? exitCodes.error : exitCodes.ok;
}

function documentOf({ order, waiting, proof }: ForgetReport) {
  const { id, made, pictures, elsewhere, counts, posts, removed, finished } = order;
  return {
    order: id,
    made,
    pictures,
    keptElsewhere: elsewhere,
    ...counts,
    postsWaiting: posts,
    removed,
    finished,
    processesWaiting: waiting,
    ...(proof ? { proof: proofOf(proof) } : {}),
  };
}

function proofOf({ allowed, shared, ...proof }: ScanReport) {
  return {
    ...proof,
    megabytesPerSecond: Math.round(speed(proof)),
    allowed: byPlace(allowed),
    shared: byPlace(shared),
  };
}

function tellOne({ out }: Work, { order, waiting, proof }: ForgetReport): void {
  const { id, pictures, elsewhere, counts, posts } = order;
  const { entries, uploads, talks, audit } = counts;
  out.print(
    `Forgotten: ${counted(pictures.length, 'picture')} (${counted(entries, 'gallery entry', 'gallery entries')}, ${grouped(uploads)} sent in talks; ${counted(talks, 'document')} of talks and ${counted(audit, 'audit entry', 'audit entries')} changed). Order ${id}.`,
  );
  for (const { gallery, pictures: some } of elsewhere) {
    out.print(
      `${counted(some.length, 'picture')} left the gallery ${gallery} only: another gallery has them.`,
    );
  }
  if (counts.posts > 0) {
    out.print(
      posts.length === 0
        ? `${counted(counts.posts, 'post')} of the bot taken back.`
        : `${counted(posts.length, 'post')} of the bot ${posts.length === 1 ? 'is' : 'are'} still to be taken back: chatreid serve does it while it runs.`,
    );
  }
  if (waiting > 0) {
    out.note(
      `Note: ${counted(waiting, 'process', 'processes')} of chatreid did not answer and may have something in memory still. Restart it.`,
    );
  }
  out.note('Note: backups, exports and what people have downloaded are not reached.');
  if (proof) tellProof(out, proof);
}

function tellProof(out: Work['out'], proof: ScanReport): void {
  const { files, bytes, needles, left, allowed, shared } = proof;
  out.print(
    `Looked for ${counted(needles, 'piece')} in ${counted(files, 'file')}, ${megabytes(bytes)}, at ${Math.round(speed(proof))} MB/s: ${left.length === 0 ? 'nothing is left.' : `${counted(left.length, 'piece')} left.`}`,
  );
  for (const { where, offset, kind, picture } of left.slice(0, told)) {
    out.print(`  ${where}, byte ${grouped(offset)}: ${kind}${picture === undefined ? '' : ` of ${picture}`}`);
  }
  if (left.length > told) out.print(`  and ${grouped(left.length - told)} more`);
  for (const { where, count } of byPlace(allowed)) {
    out.print(`  ${where}: ${counted(count, 'picture id')}, where hashes are kept for good`);
  }
  for (const { where, count } of byPlace(shared)) {
    out.print(`  ${where}: ${counted(count, 'piece')} that another picture has too, which was not forgotten`);
  }
}

function byPlace(findings: readonly Finding[]): { where: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { where } of findings) counts.set(where, (counts.get(where) ?? 0) + 1);
  return [...counts].map(([where, count]) => ({ where, count }));
}

function speed({ bytes, seconds }: Pick<ScanReport, 'bytes' | 'seconds'>): number {
  return bytes / 1e6 / Math.max(seconds, 1e-6);
}
