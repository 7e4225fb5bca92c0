/** A unit as a multiple of its dimension's base: [dimension, numerator, denominator]. */
export interface Unit {
  readonly dimension: string;
  readonly scale: readonly [bigint, bigint];
}

/** name list, dimension, factor as a fraction of the base unit. */
const TABLE: readonly (readonly [string, string, bigint, bigint])[] = [
  ['mm millimeter millimeters millimetre millimetres', 'length', 1n, 1000n],
  ['cm centimeter centimeters centimetre centimetres', 'length', 1n, 100n],
  ['dm decimeter decimeters', 'length', 1n, 10n],
  ['m meter meters metre metres', 'length', 1n, 1n],
  ['km kilometer kilometers kilometre kilometres', 'length', 1000n, 1n],
  ['in inch inches', 'length', 254n, 10_000n],
  ['ft foot feet', 'length', 3048n, 10_000n],
  ['yd yard yards', 'length', 9144n, 10_000n],
  ['mi mile miles', 'length', 1_609_344n, 1000n],
  ['mg milligram milligrams', 'mass', 1n, 1_000_000n],
  ['g gram grams', 'mass', 1n, 1000n],
  ['kg kilogram kilograms', 'mass', 1n, 1n],
  ['lb lbs pound pounds', 'mass', 45_359_237n, 100_000_000n],
  ['oz ounce ounces', 'mass', 45_359_237n, 1_600_000_000n],
  ['ms millisecond milliseconds', 'time', 1n, 1000n],
  ['s sec secs second seconds', 'time', 1n, 1n],
  ['min mins minute minutes', 'time', 60n, 1n],
  ['h hr hrs hour hours', 'time', 3600n, 1n],
  ['day days', 'time', 86_400n, 1n],
  ['week weeks', 'time', 604_800n, 1n],
  ['ml mL milliliter milliliters', 'volume', 1n, 1000n],
  ['L l liter liters litre litres', 'volume', 1n, 1n],
  ['cent cents', 'money', 1n, 100n],
  ['dollar dollars usd USD', 'money', 1n, 1n],
  ['degree degrees deg', 'angle', 1n, 1n],
];

const UNITS = new Map<string, Unit>();
for (const [names, dimension, numerator, denominator] of TABLE) {
  for (const name of names.split(' ')) UNITS.set(name, { dimension, scale: [numerator, denominator] });
}

/** Words that count things in word problems and stand behind a number without changing it. */
const COUNTERS = new Set(
  (
    'units unit square cubic sq cu people students children men women coins toys apples marbles cookies tickets books dollars euros euro yuan rupees rupee ' +
    'times years year months month ways values value digits digit points point sides pieces hectares acres gallons gallon mph kmh kmph rpm pages items cards ' +
    'boxes balls games cups miles percent per hour litres cakes eggs cc sqrt'
  ).split(' '),
);
COUNTERS.delete('percent');
COUNTERS.delete('sqrt');

/** Whether a plain word behind a number is a unit; single letters are not, because they are variables more often. */
export const isUnitWord = (word: string): boolean => word.length > 1 && (UNITS.has(word) || COUNTERS.has(word.toLowerCase()));

const POWER_WORDS: readonly (readonly [RegExp, number])[] = [
  [/^(?:square|sq\.?) /, 2],
  [/^(?:cubic|cu\.?) /, 3],
];

/** Reads a unit text such as `cm`, `square feet` or `cm^3`; null when its dimension is not known. */
export function parseUnit(text: string): Unit | null {
  let name = text.replace(/\.$/, '').trim();
  let exponent = 1;
  for (const [pattern, value] of POWER_WORDS) {
    if (pattern.test(name)) {
      name = name.replace(pattern, '').trim();
      exponent = value;
    }
  }
  const raised = /^(.*?) ?\^ ?\{?([23])\}?$/.exec(name);
  if (raised) {
    name = raised[1]!;
    exponent = Number(raised[2]);
  }
  const unit = UNITS.get(name) ?? UNITS.get(name.toLowerCase());
  if (unit === undefined) return null;
  if (exponent === 1) return unit;
  const scale: readonly [bigint, bigint] = [unit.scale[0] ** BigInt(exponent), unit.scale[1] ** BigInt(exponent)];
  // A cubed length is a volume in cubic metres; litres are a thousandth of one.
  if (unit.dimension === 'length' && exponent === 3) return { dimension: 'volume', scale: [scale[0] * 1000n, scale[1]] };
  return { dimension: `${unit.dimension}^${exponent}`, scale };
}

const NUMBER_AND_WORDS = /^([-+]?\d[\d,.]{0,40}(?: ?\/ ?\d{1,20})?) ?([a-zA-Z][a-zA-Z /.-]{0,60}?)(?: ?(?:\^ ?)?([23²³]))?$/;
const WORD = /[a-zA-Z]+/g;

/** "10 km/h", "3 square meters", "9.8 m/s^2" in plain words as a number with a unit's text behind it; null for other text. */
export function markUnit(text: string): string | null {
  const match = NUMBER_AND_WORDS.exec(text.trim());
  if (match === null) return null;
  const [, number, unit, exponent] = match;
  const words = unit!.match(WORD)!;
  const isKnown = words.every((word) => UNITS.has(word) || COUNTERS.has(word.toLowerCase()));
  // One word is left to the parser, which tells a unit from variables.
  return isKnown && words.length > 1 ? `${number}\\text{ ${unit}}${exponent === undefined ? '' : `^${exponent}`}` : null;
}
