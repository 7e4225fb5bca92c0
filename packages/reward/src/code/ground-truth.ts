/** Decodes a record's ground truth into one of the four forms of tests (report, c.5 and d.2), or says what is wrong with it. */

/** The record's own fault: which field, and what. */
export class GroundTruthError extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(`${field}: ${message}`);
  }
}

export interface StdioTests {
  readonly form: 'stdio';
  readonly tests: readonly { readonly input: string; readonly accepted: readonly string[] }[];
}

export interface CallTests {
  readonly form: 'function';
  readonly functionName: string;
  /** JSON of each argument, and JSON of each value that counts as right. */
  readonly tests: readonly { readonly args: readonly string[]; readonly accepted: readonly string[] }[];
}

export interface CheckTests {
  readonly form: 'check';
  readonly prefix: string;
  readonly entryPoint: string;
  readonly testCode: string;
}

export interface AssertTests {
  readonly form: 'assert';
  readonly assertions: readonly string[];
}

export type CodeTests = StdioTests | CallTests | CheckTests | AssertTests;

/**
 * @param groundTruth an object of the training data's schema, or its JSON string. Keys that are null are taken as absent: a table that
 *   unifies its rows' schemas fills them in.
 * @throws {GroundTruthError} naming the field at fault
 */
export function parseGroundTruth(groundTruth: unknown): CodeTests {
  let decoded: unknown = groundTruth;
  if (typeof groundTruth === 'string') {
    try {
      decoded = JSON.parse(groundTruth);
    } catch (error) {
      throw new GroundTruthError('ground_truth', `not JSON (${error instanceof Error ? error.message : error})`);
    }
  }
  if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) {
    throw new GroundTruthError('ground_truth', `must be an object with tests, not ${describe(decoded)}`);
  }
  const fields = Object.fromEntries(Object.entries(decoded).filter(([, value]) => value !== null));
  if ('import_prefix' in fields || 'test_code' in fields) return parseCheck(fields);
  if ('inputs' in fields || 'outputs' in fields) return parseCases(fields);
  if ('assert_case' in fields) return parseAssertions(fields);
  const keys = Object.keys(fields).join(', ') || 'none';
  throw new GroundTruthError('ground_truth', `has none of inputs, test_code, assert_case (its keys: ${keys})`);
}

type Fields = Readonly<Record<string, unknown>>;

function parseCheck(fields: Fields): CheckTests {
  const testCode = text(fields, 'test_code');
  if (testCode.trim() === '') throw new GroundTruthError('test_code', 'holds no tests');
  const entryPoint = text(fields, 'entry_point').trim();
  if (entryPoint === '') throw new GroundTruthError('entry_point', 'is empty');
  return { form: 'check', prefix: 'import_prefix' in fields ? text(fields, 'import_prefix') : '', entryPoint, testCode };
}

function parseAssertions(fields: Fields): AssertTests {
  const raw = fields.assert_case;
  const assertions = typeof raw === 'string' ? [raw] : list(fields, 'assert_case');
  if (assertions.length === 0) throw new GroundTruthError('assert_case', 'holds no tests');
  return {
    form: 'assert',
    assertions: assertions.map((assertion, index) => {
      if (typeof assertion !== 'string' || assertion.trim() === '') {
        throw new GroundTruthError(`assert_case[${index}]`, `must be a line of Python, not ${describe(assertion)}`);
      }
      return assertion;
    }),
  };
}

function parseCases(fields: Fields): StdioTests | CallTests {
  const inputs = list(fields, 'inputs');
  const outputs = list(fields, 'outputs');
  if (inputs.length !== outputs.length) throw new GroundTruthError('outputs', `has ${outputs.length} entries for ${inputs.length} inputs`);
  if (inputs.length === 0) throw new GroundTruthError('inputs', 'holds no tests');
  const others = 'accepted_outputs' in fields ? list(fields, 'accepted_outputs') : inputs.map(() => []);
  if (others.length !== inputs.length)
    throw new GroundTruthError('accepted_outputs', `has ${others.length} entries for ${inputs.length} inputs`);
  const accepted = outputs.map((output, index) => {
    const more = others[index] ?? [];
    if (!Array.isArray(more)) throw new GroundTruthError(`accepted_outputs[${index}]`, `must be a list, not ${describe(more)}`);
    return [output, ...more];
  });
  if (!('fn_name' in fields)) {
    return {
      form: 'stdio',
      tests: inputs.map((input, index) => ({
        input: lines(input, `inputs[${index}]`),
        accepted: accepted[index]!.map((output) => lines(output, `outputs[${index}]`)),
      })),
    };
  }
  const functionName = text(fields, 'fn_name').trim();
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(functionName))
    throw new GroundTruthError('fn_name', `must be a Python name, not ${JSON.stringify(functionName)}`);
  return {
    form: 'function',
    functionName,
    tests: inputs.map((input, index) => ({
      args: argumentsOf(input, index),
      accepted: accepted[index]!.map((output) => (typeof output === 'string' ? output : JSON.stringify(output))),
    })),
  };
}

/** Newline-separated JSON, or a list of arguments that is decoded already. */
function argumentsOf(input: unknown, index: number): string[] {
  if (Array.isArray(input)) return input.map((argument) => JSON.stringify(argument));
  if (typeof input !== 'string') throw new GroundTruthError(`inputs[${index}]`, `must be lines of JSON or a list, not ${describe(input)}`);
  return input.split('\n').filter((line) => line.trim() !== '');
}

function lines(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((line) => typeof line === 'string')) return value.join('\n');
  throw new GroundTruthError(field, `must be text or a list of lines, not ${describe(value)}`);
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (value === undefined) throw new GroundTruthError(key, 'is missing');
  if (typeof value !== 'string') throw new GroundTruthError(key, `must be text, not ${describe(value)}`);
  return value;
}

function list(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (value === undefined) throw new GroundTruthError(key, 'is missing');
  if (!Array.isArray(value)) throw new GroundTruthError(key, `must be a list, not ${describe(value)}`);
  return value;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
