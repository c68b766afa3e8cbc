/** The tasks that are made question by question: adding one is a file of its own and a line here. */
import type { Task } from '../tuning-record.ts';
import { attributeComparison } from './attribute-comparison.ts';
import { attributePrediction } from './attribute-prediction.ts';
import { attributeRetrieval } from './attribute-retrieval.ts';
import { bestChoice } from './best-choice.ts';
import { imageManyToMany } from './image-many-to-many.ts';
import { imageOneToOne } from './image-one-to-one.ts';
import { mixedRetrieval } from './mixed-retrieval.ts';
import type { TaskMaker } from './task.ts';
import { textManyToOne } from './text-many-to-one.ts';
import { textOneToMany } from './text-one-to-many.ts';
import { textOneToOne } from './text-one-to-one.ts';

export const taskMakers: ReadonlyMap<Task, TaskMaker> = new Map(
  [
    imageOneToOne,
    imageManyToMany,
    textOneToOne,
    textManyToOne,
    textOneToMany,
    attributeComparison,
    attributePrediction,
    bestChoice,
    attributeRetrieval,
    mixedRetrieval,
  ].map((maker) => [maker.task, maker]),
);
