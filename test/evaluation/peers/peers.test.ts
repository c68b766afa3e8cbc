/** Another network beside ours: opened with its own rules, ranked on the same rows, told in the same table. */
import { copyFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationReport } from '../../../src/evaluation/evaluation-report.ts';
import type { PeerReport } from '../../../src/evaluation/peers/peer-evaluation.ts';
import { PeerNetwork } from '../../../src/evaluation/peers/peer-network.ts';
import { pictureFromFile } from '../../../src/foundation/picture.ts';
import { drawMarket } from '../datasets/drawn-market.ts';
import { EvaluateFolder, type Failed } from '../evaluate-harness.ts';

/** Pictures [n, 3, 16, 8] to the mean of each channel [n, 3]. */
const graph = fileURLToPath(new URL('../../fixtures/peer-colours.onnx', import.meta.url));
const plain = { width: 8, height: 16, channels: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };

const folder = new EvaluateFolder();
const { at, evaluate, json, draw } = folder;
let market: string[];

async function peer(name: string, rules: object | string): Promise<string> {
  await copyFile(graph, at(`${name}.onnx`));
  await writeFile(at(`${name}.json`), typeof rules === 'string' ? rules : JSON.stringify(rules));
  return at(`${name}.onnx`);
}

beforeAll(async () => {
  await drawMarket(at('market'));
  market = ['market1501', '--data', at('market'), '--allow-partial'];
});

describe('a peer', () => {
  it('sees as its JSON says: channels in its order, scaled and shifted', async () => {
    const red = await pictureFromFile(await draw('red.png', 0));
    const vectorOf = async (name: string, rules: object): Promise<number[]> => {
      const network = await PeerNetwork.open({ name, file: await peer(name, rules) });
      const [vector] = await network.encodePictures([red]);
      await network.close();
      return Array.from(vector as Float32Array, (value) => Math.round(1000 * value) / 1000);
    };
    expect(await vectorOf('rgb', plain)).toEqual([1, 0, 0]);
    expect(await vectorOf('bgr', { ...plain, channels: 'BGR' })).toEqual([0, 0, 1]);
    // (1 - 0.5) / 0.5 = 1 and (0 - 0.5) / 0.25 = -2, of length 3
    expect(await vectorOf('shifted', { ...plain, mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.25] })).toEqual([
      0.333, -0.667, -0.667,
    ]);
  });

  it('has another embedding space when it sees otherwise, and no other when its title changes', async () => {
    const space = async (name: string, rules: object): Promise<string> => {
      const network = await PeerNetwork.open({ name, file: await peer(name, rules) });
      const description = await network.describeEncoder();
      await network.close();
      return description.space;
    };
    const first = await space('one', plain);
    expect(await space('two', { ...plain, title: 'Somebody else' })).toBe(first);
    expect(await space('three', { ...plain, mean: [0.1, 0, 0] })).not.toBe(first);
  });

  it('stands beside ours with the numbers of its own ranking, its embeddings kept', async () => {
    const files = [
      '--peer',
      `same=${await peer('same', plain)}`,
      '--peer',
      `blind=${await peer('blind', { ...plain, std: [1, 1000, 1000] })}`,
    ];
    const report = await json<EvaluationReport & { peers: PeerReport[] }>([...market, ...files]);
    const [same, blind] = report.peers;
    // Mean colours are what our own encoder here looks at, too.
    expect(same).toMatchObject({ name: 'same', mAP: report.mAP, rank1: report.rank1, cmc: report.cmc });
    expect(blind!.mAP).toBeLessThan(same!.mAP);
    expect(same!.roc!.areaUnderCurve.value).toBeCloseTo(report.roc!.areaUnderCurve.value, 6);
    expect(same!.encoded).toBeGreaterThan(0);
    expect(Object.keys(same!)).not.toContain('reliability');
    const again = await json<EvaluationReport & { peers: PeerReport[] }>([...market, ...files]);
    expect(again.peers.map(({ encoded, mAP }) => [encoded, mAP])).toEqual([
      [0, same!.mAP],
      [0, blind!.mAP],
    ]);
    const { stdout } = await evaluate([...market, ...files]);
    expect(stdout).toMatch(/^beside it +mAP +Rank-1/m);
    expect(stdout).toMatch(new RegExp(`^blind +${(100 * blind!.mAP).toFixed(1)}`, 'm'));
  });

  it('is left out, with a word, of what is asked with words', async () => {
    const picture = await draw('anna.png', 10);
    const manifest = await folder.write(
      'words.csv',
      `path,person_id,split,caption\n,anna,query,a coat at 10 degrees\n${picture},anna,gallery,\n`,
    );
    const { exitCode, stderr } = await evaluate([
      'manifest',
      '--data',
      manifest,
      '--peer',
      `same=${await peer('same', plain)}`,
    ]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('--peer: same read no words, and are left out.');
  });

  it('is refused before anything is measured where its option is wrong, and with what is lacking else', async () => {
    const refused = async (...peers: string[]): Promise<Failed['error'] & { exitCode: number }> => {
      const argv = peers.flatMap((one) => ['--peer', one]);
      const { error, exitCode } = await json<Failed>([...market, ...argv]);
      return { ...error, exitCode };
    };
    expect(await refused('nothing')).toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
    expect((await refused('a=x.onnx', 'a=y.onnx')).message).toContain('Two peers are called a');
    expect(await refused(`gone=${at('gone.onnx')}`)).toMatchObject({ code: 'MODEL_MISSING' });
    const wrong = await refused(`wrong=${await peer('wrong', { ...plain, channels: 'XYZ' })}`);
    expect(wrong).toMatchObject({ code: 'MODEL_DAMAGED' });
    expect(wrong.next).toContain('"channels": "RGB"');
    const size = await refused(`size=${await peer('size', { ...plain, width: 9 })}`);
    expect(size).toMatchObject({ code: 'MODEL_DAMAGED' });
    expect(size.message).toContain('does not run on pictures [1, 3, 16, 9]');
  });
});
