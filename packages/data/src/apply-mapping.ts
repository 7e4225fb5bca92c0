import { lastBoxed } from './boxed.ts';
import { type ColumnMapping, columnMappingSchema, type TextFrom } from './column-mapping.ts';
import { encodeGroundTruth, type GroundTruth, type JsonValue } from './ground-truth.ts';
import type { Row } from './json-rows.ts';
import { type Message, messageSchema, type ProblemRecord } from './record.ts';
import { columnValue, firstValue, Template } from './template.ts';

/** A row that was mapped, or why it holds no problem (an empty answer), or why it does not have the layout at all. */
export type Mapped =
  | { readonly record: ProblemRecord; readonly solutions: readonly string[] }
  | { readonly dropped: string }
  | { readonly malformed: string; readonly remedy: string };

/** Compiles a mapping. @throws where the mapping itself is wrong. */
export function compileMapping(mapping: ColumnMapping): (row: Row, index: number) => Mapped {
  const checked = columnMappingSchema.safeParse(mapping);
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message }) => `${path.join('.') || 'mapping'}: ${message}`).join('; ');
    throw new Error(`column mapping ${String(mapping.name)} is wrong: ${issues}`);
  }
  const prompt = compilePrompt(mapping);
  const dataSource = compileText(mapping.dataSource, 'data_source');
  const ability = compileText(mapping.ability, 'ability');
  const style = compileText(mapping.style ?? { otherwise: 'rule' }, 'reward_model.style');
  const solutions = compileSolutions(mapping);
  const layout = `the ${mapping.name} mapping needs the columns ${mapping.requires.join(', ')}; mend the row or choose another mapping`;
  return (row, index) => {
    try {
      const absent = missingColumns(mapping, row);
      if (absent.length > 0 && !absent.every((column) => columnIsNull(row, column))) {
        return { malformed: `no column ${absent.join(', ')}`, remedy: layout };
      }
      const messages = prompt(row);
      if (messages === null) return { dropped: 'empty prompt' };
      const truth = groundTruthOf(mapping, row);
      if (truth === null) return { dropped: 'empty answer' };
      const record: ProblemRecord = {
        data_source: dataSource(row),
        prompt: messages,
        ability: ability(row),
        reward_model: { style: style(row), ground_truth: truth },
        extra_info: extraInfoOf(mapping, row, index),
      };
      return { record, solutions: solutions(row) };
    } catch (error) {
      if (error instanceof LayoutError) return { malformed: error.message, remedy: layout };
      throw error;
    }
  };
}

/** The required columns that a row does not have. */
export function missingColumns(mapping: ColumnMapping, row: Row): string[] {
  return mapping.requires.filter((alternatives) => alternatives.split('|').every((column) => columnValue(row, column) === undefined));
}

class LayoutError extends Error {}

/** A column that is there and null, which is an empty value and not a wrong layout. */
function columnIsNull(row: Row, alternatives: string): boolean {
  return alternatives.split('|').some((column) => {
    const parent = column.includes('.') ? columnValue(row, column.slice(0, column.lastIndexOf('.'))) : row;
    const key = column.slice(column.lastIndexOf('.') + 1);
    return typeof parent === 'object' && parent !== null && (parent as Row)[key] === null;
  });
}

function compileText(from: TextFrom, field: string): (row: Row) => string {
  const template = from.template === undefined ? null : new Template(from.template);
  return (row) => {
    const value = firstValue(row, from.columns ?? []);
    if (typeof value === 'string' && value !== '') return value;
    if (value !== undefined && typeof value !== 'string')
      throw new LayoutError(`${from.columns!.join('|')} must be text to be the ${field}, not ${typeof value}`);
    const rendered = template?.render(row);
    if (rendered && 'text' in rendered) return rendered.text;
    if (from.otherwise !== undefined) return from.otherwise;
    throw new LayoutError(rendered ? `the column ${rendered.missing} does not fit the template of ${field}` : `no text for ${field}`);
  };
}

function compilePrompt({ prompt }: ColumnMapping): (row: Row) => readonly Message[] | null {
  if ('template' in prompt) {
    const template = new Template(prompt.template);
    return (row) => {
      const rendered = template.render(row);
      if ('missing' in rendered)
        throw new LayoutError(`the column ${rendered.missing} does not fit the prompt template ${prompt.template}`);
      return [{ role: 'user', content: rendered.text }];
    };
  }
  return (row) => {
    const value = firstValue(row, prompt.columns);
    if (value === undefined || value === '') return null;
    if (typeof value === 'string') return [{ role: 'user', content: value }];
    const messages = messageSchema.array().safeParse(value);
    if (!messages.success) throw new LayoutError(`${prompt.columns.join('|')} must hold text or a list of {role, content}`);
    return messages.data.length > 0 && messages.data.some(({ content }) => content.trim() !== '') ? messages.data : null;
  };
}

function groundTruthOf({ groundTruth, name }: ColumnMapping, row: Row): string | null {
  if ('object' in groundTruth) {
    const entries = Object.entries(groundTruth.object).map(([key, from]) => {
      return [key, typeof from === 'string' ? firstValue(row, from.split('|')) : from.constant] as const;
    });
    return entries.some(([, value]) => value === undefined) ? null : encodeGroundTruth(Object.fromEntries(entries) as GroundTruth);
  }
  const value = firstValue(row, groundTruth.columns);
  if (value === undefined) return null;
  if (typeof value === 'object') {
    if (Array.isArray(value) && value.length === 0) return null;
    return JSON.stringify(Array.isArray(value) ? value.map(scalarText) : withoutNullKeys(value as Row));
  }
  let text = String(value);
  if (groundTruth.after !== undefined) {
    const at = text.lastIndexOf(groundTruth.after);
    if (at < 0) throw new LayoutError(`the answer has no ${groundTruth.after}, which the ${name} mapping looks for`);
    text = text.slice(at + groundTruth.after.length).trim();
  }
  if (groundTruth.boxed) text = lastBoxed(text) ?? '';
  for (const remove of groundTruth.remove ?? []) text = text.replaceAll(remove, '');
  return text.trim() === '' ? null : text;
}

function compileSolutions({ solutions }: ColumnMapping): (row: Row) => readonly string[] {
  if (solutions === undefined) return () => [];
  if ('template' in solutions) {
    const template = new Template(solutions.template);
    return (row) => {
      const rendered = template.render(row);
      return 'text' in rendered && rendered.text.trim() !== '' ? [rendered.text] : [];
    };
  }
  return (row) => texts(firstValue(row, solutions.columns));
}

/** A text, a list of texts, or the JSON of such a list; what is no text is left out. */
function texts(value: unknown): readonly string[] {
  const list = typeof value === 'string' && /^\[\s*("|\])/.test(value) ? (parsedList(value) ?? value) : value;
  return (Array.isArray(list) ? list : [list]).filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}

function parsedList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null; // A solution that begins with a bracket, and no list of them.
  }
}

function scalarText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new LayoutError('a list of answers must hold texts or numbers');
}

function withoutNullKeys(value: Row): { [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== undefined)) as {
    [key: string]: JsonValue;
  };
}

function extraInfoOf({ extraInfo }: ColumnMapping, row: Row, index: number): ProblemRecord['extra_info'] {
  const whole = extraInfo?.column === undefined ? undefined : columnValue(row, extraInfo.column);
  if (whole !== undefined && (typeof whole !== 'object' || Array.isArray(whole)))
    throw new LayoutError(`${extraInfo!.column} must hold an object`);
  const fields = Object.entries(extraInfo?.fields ?? {}).map(([name, columns]) => [name, firstValue(row, columns.split('|'))] as const);
  return { index, ...withoutNullKeys((whole ?? {}) as Row), ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)) };
}
