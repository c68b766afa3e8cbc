/** The gallery of the simulated talks: what the probes see in every picture, computed once. */
import type { AttributeName } from '../../foundation/person-attributes.ts';
import type { AttributeProbes } from '../../retrieval/traits/attribute-probes.ts';
import type { AttributePriors } from '../../retrieval/traits/trait-evidence.ts';
import type { BenchmarkRow } from '../benchmark.ts';
import type { ColumnTable } from '../similarity.ts';

export class SoughtGallery {
  readonly #distributions: ReadonlyMap<AttributeName, readonly (readonly number[])[]>;
  readonly priors: AttributePriors;

  constructor(
    readonly probes: AttributeProbes,
    readonly rows: readonly BenchmarkRow[],
    { columns, count, dimension }: ColumnTable,
  ) {
    const tables = new Map(probes.names.map((name) => [name, [] as number[][]]));
    const vector = new Float32Array(dimension);
    for (let row = 0; row < count; row++) {
      for (let d = 0; d < dimension; d++) vector[d] = columns[d * count + row]!;
      for (const [name, table] of tables) table.push(probes.distribution(vector, name));
    }
    this.#distributions = tables;
    this.priors = new Map(
      [...tables].map(([name, table]) => [
        name,
        probes.values(name).map((_, at) => table.reduce((sum, row) => sum + row[at]!, 0) / count),
      ]),
    );
  }

  /** Probabilities of the attribute's values in a picture. */
  distribution(row: number, name: AttributeName): readonly number[] {
    return this.#distributions.get(name)?.[row] ?? [];
  }
}
