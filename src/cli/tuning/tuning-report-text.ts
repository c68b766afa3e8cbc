/** What tuning data holds, for people: shares, balances, who was left out. */
import { resolve } from 'node:path';
import type { TuningReport } from '../../tuning/tuning-data.ts';
import { counted, grouped, type Output } from '../output.ts';

export function printTuningReport(
  report: TuningReport,
  folder: string,
  out: Output,
  statistics: boolean,
): void {
  const { people, quality } = report;
  out.print(
    `${counted(report.records, 'record')} of stage ${report.stage} in ${resolve(folder)}/train.jsonl (seed ${report.seed}).`,
  );
  out.print(
    `${counted(report.differentPictures, 'picture')} of ${counted(people.people, 'person', 'people')}; held out: ${counted(people.excludedPictures, 'picture')} of ${counted(people.excludedPeople, 'person', 'people')}.`,
  );
  for (const difference of report.differences) out.note(difference);
  if (!statistics) return;
  out.print();
  const right = (title: string) => ({ title, align: 'right' as const });
  out.table(
    [{ title: 'Task' }, ...['Records', 'Share', 'Questions', 'As asked', 'Yes', 'No', 'Pictures'].map(right)],
    Object.entries(report.tasks).map(([name, task]) => [
      name,
      grouped(task.records),
      `${(task.share * 100).toFixed(1)} %`,
      grouped(task.questions),
      `${Math.round((task.canonical / task.questions) * 100)} %`,
      task.yes + task.no > 0 ? grouped(task.yes) : '',
      task.yes + task.no > 0 ? grouped(task.no) : '',
      grouped(task.pictures),
    ]),
  );
  out.print();
  const line = (title: string, counts: Readonly<Record<string, number>>): void => {
    const entries = Object.entries(counts);
    if (entries.length > 0) {
      out.print(`${title}: ${entries.map(([key, count]) => `${key} ${grouped(count)}`).join(' · ')}`);
    }
  };
  line('Right answers a question (many-to-many)', report.answerCounts);
  for (const [size, row] of Object.entries(report.answerCountsBySize)) line(`  of ${size} pictures`, row);
  line('Pictures to choose from', report.gallerySizes);
  line('Descriptions to choose from', report.descriptionCounts);
  line('Turns a record', report.turns);
  line('Letters', report.letters);
  line('Pictures by quality', quality as Readonly<Record<string, number>>);
  line('Captions', {
    'of pictures': people.captionsOfPictures,
    'of people': people.captionsOfPeople,
    'of others, left out': people.captionsOfOthers,
  });
  out.print(`People with attributes: ${grouped(people.peopleWithAttributes)}`);
  out.print(`SHA-256: ${report.sha256}`);
}
