import { describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nanoPresets } from '@or1/nano';
import { InputError } from '../errors.ts';
import { parseAssignment } from './assignment.ts';
import { DEFAULTS } from './defaults.ts';
import { loadConfigurationFile } from './load-file.ts';
import { resolveConfiguration } from './resolve.ts';
import type { ConfigurationLayer } from './schema.ts';
import { resolveStages, settleSteps, totalSteps } from './stages.ts';
import { validateConfiguration } from './validate.ts';

const twoStages: ConfigurationLayer = {
  promptsPerStep: 32,
  stages: [
    { steps: 40, contextLength: 64 },
    { steps: 40, contextLength: 160 },
  ],
};
const resolve = (...assignments: string[]) =>
  resolveConfiguration({ fallbackPreset: 'nano', file: { path: 'two-stages.yaml', layer: twoStages }, assignments });
const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('--set', () => {
  test('reads values in the type of their key', () => {
    expect(parseAssignment('steps=20')).toEqual({ path: ['steps'], value: 20 });
    expect(parseAssignment('model=7b')).toEqual({ path: ['model'], value: '7b' });
    expect(parseAssignment('model=null').value).toBeNull();
    expect(parseAssignment('entropy.max=null').value).toBeNull();
    expect(parseAssignment('learningRate=1e-5').value).toBe(1e-5);
    expect(parseAssignment('advantage.normalize=false').value).toBe(false);
    expect(parseAssignment('eval.temperatures=1,0.6').value).toEqual([1, 0.6]);
    expect(parseAssignment('eval.temperatures=[0.8]').value).toEqual([0.8]);
    expect(parseAssignment('stages[1].steps=3')).toEqual({ path: ['stages', 1, 'steps'], value: 3 });
    expect(parseAssignment('stages.1.steps=3')).toEqual({ path: ['stages', 1, 'steps'], value: 3 });
  });

  test('refuses an unknown key by name and names the nearest known one', () => {
    expect(messageOf(() => parseAssignment('entorpy.target=1'))).toBe('--set entorpy.target: no such key; did you mean entropy.target?');
    expect(messageOf(() => parseAssignment('learning_rate=1'))).toContain('did you mean learningRate?');
    expect(messageOf(() => parseAssignment('target=1'))).toContain('did you mean entropy.target?');
    expect(messageOf(() => parseAssignment('stages[0].step=1'))).toContain('did you mean stages[i].steps?');
    expect(messageOf(() => parseAssignment('steps'))).toContain('expected key=value');
  });

  test('refuses a value of the wrong type or out of range', () => {
    expect(messageOf(() => resolve('steps=many'))).toBe('--set steps: "many" is no number or null');
    expect(messageOf(() => resolve('advantage.normalize=yes'))).toContain('is no boolean');
    expect(messageOf(() => resolve('steps=0'))).toContain('steps');
    expect(messageOf(() => resolve('entropy.mode=adaptive'))).toContain('entropy.mode');
    expect(messageOf(() => resolve('temperature=0'))).toContain('temperature');
    expect(messageOf(() => resolve('entropy.min=0.5', 'entropy.max=0.1'))).toContain('below entropy.min');
    expect(messageOf(() => resolve('promptsPerStep=32', 'miniBatches=64'))).toContain('more than stages[0].promptsPerStep 32');
    expect(messageOf(() => resolve('overlong.buffer=100'))).toContain('longer than stages[0].contextLength 64');
    expect(messageOf(() => resolve('stages[5].steps=1'))).toContain('there are 2 stages');
  });
});

describe('layers', () => {
  test('a stage key at the top holds for every stage of the preset', () => {
    expect(resolveStages(resolve('temperature=0.8')).map((stage) => stage.contextLength)).toEqual([64, 160]);
    expect(resolveStages(resolve('contextLength=32'))).toMatchObject([{ start: 0, end: 80, contextLength: 32 }]);
    expect(resolveStages(resolve('contextLength=32', 'stages[1].contextLength=48')).map((stage) => stage.contextLength)).toEqual([32, 48]);
    expect(resolveStages(resolve('stages[1].contextLength=48', 'contextLength=32')).map((stage) => stage.contextLength)).toEqual([32, 48]);
  });

  test('steps cut a staged preset, changed stage lengths decide its steps', () => {
    expect(resolveStages(resolve('steps=12'))).toMatchObject([{ start: 0, end: 12, contextLength: 64 }]);
    expect(resolveStages(resolve('steps=50'))).toMatchObject([{ end: 40 }, { start: 40, end: 50, contextLength: 160 }]);
    expect(resolveStages(resolve('steps=100')).at(-1)).toMatchObject({ start: 40, end: 100 });
    expect(totalSteps(resolveStages(resolve('stages[0].steps=5', 'stages[1].steps=7')))).toBe(12);
    expect(totalSteps(resolveStages(resolve('stages[0].steps=5', 'stages[1].steps=7', 'steps=6')))).toBe(6);
  });

  test('groups are merged key by key, lists are replaced, flags win', () => {
    const file = {
      path: 'run.yaml',
      layer: { preset: 'nano-arithmetic', entropy: { target: 0.3 }, stages: [{ steps: 3 }] } as ConfigurationLayer,
    };
    const resolved = resolveConfiguration({ fallbackPreset: 'nano', file, assignments: ['seed=5'], flags: { seed: 9, data: ['a.jsonl'] } });
    expect(resolved).toMatchObject({ preset: 'nano-arithmetic', seed: 9, data: ['a.jsonl'], steps: null, stages: [{ steps: 3 }] });
    expect(resolved.entropy).toEqual({ ...nanoPresets['nano-arithmetic'].run.entropy, coefficient: 0, target: 0.3 });
  });

  test('an unknown key in a file is refused with the file and the nearest key', () => {
    const layer = { clip: { hihg: 0.3 } } as ConfigurationLayer;
    const message = messageOf(() => resolveConfiguration({ fallbackPreset: 'nano', file: { path: 'my.yaml', layer } }));
    expect(message).toBe('my.yaml: no such key clip.hihg; did you mean clip.high?');
  });

  test('an unknown preset is refused with the known ones', () => {
    expect(messageOf(() => resolveConfiguration({ preset: 'nanno', fallbackPreset: 'nano' }))).toContain('known: nano, ');
  });

  test('a run without an end is refused', () => {
    expect(messageOf(() => validateConfiguration({ ...DEFAULTS }, 'test'))).toContain('no end');
  });
});

describe('epochs', () => {
  const open = { ...DEFAULTS, epochs: 2, promptsPerStep: 10 };

  test('bound the steps by the data', () => {
    expect(settleSteps(open, 25).steps).toBe(5);
    expect(settleSteps({ ...open, steps: 3 }, 25).steps).toBe(3);
    const staged = { ...open, stages: [{ steps: 3 }, { steps: 9, promptsPerStep: 5 }] };
    // Two epochs of 25 are 50 prompts: three steps of 10, then four of 5.
    expect(settleSteps(staged, 25).steps).toBe(7);
  });

  test('refuse what they cannot bound', () => {
    expect(() => settleSteps(open, null)).toThrow('generated without end');
    expect(() => settleSteps(open, 4)).toThrow('less than one step');
  });
});

describe('files', () => {
  test('YAML, JSON and TypeScript give the same values; other files are refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'or1-configuration-'));
    try {
      await Bun.write(join(folder, 'run.yaml'), 'steps: 4\nentropy:\n  target: 0.3\n');
      await Bun.write(join(folder, 'run.json'), '{"steps":4,"entropy":{"target":0.3}}');
      await Bun.write(
        join(folder, 'run.ts'),
        `import { defineRun } from '@or1/trainer';\nexport default defineRun({ steps: 4, entropy: { target: 0.3 } });\n`,
      );
      for (const name of ['run.yaml', 'run.json', 'run.ts']) {
        expect(await loadConfigurationFile(join(folder, name))).toEqual({ steps: 4, entropy: { target: 0.3 } });
      }
      await Bun.write(join(folder, 'bad.yaml'), 'steps: [4\n');
      await Bun.write(join(folder, 'run.toml'), 'steps = 4\n');
      expect(loadConfigurationFile(join(folder, 'bad.yaml'))).rejects.toThrow('cannot be read as a configuration');
      expect(loadConfigurationFile(join(folder, 'run.toml'))).rejects.toThrow('.ts, .yaml or .json');
      expect(loadConfigurationFile(join(folder, 'none.yaml'))).rejects.toThrow('no such file');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
