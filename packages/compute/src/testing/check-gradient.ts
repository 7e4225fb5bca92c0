/**
 * Gradients against central finite differences in f64. The five-point formula
 *   f'(x) ≈ (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h
 * is off by h⁴ f⁽⁵⁾ / 30, so a step of 1e-3 leaves about ten correct digits of a smooth function.
 */

export type Parameters = Readonly<Record<string, Float64Array>>;

export interface GradientCheck {
  /** Where the gradient is taken, by name. */
  readonly parameters: Parameters;
  loss(parameters: Parameters): Promise<number>;
  /** dL/d(parameter) for every parameter, by the same names. */
  gradient(parameters: Parameters): Promise<Parameters>;
  readonly step?: number;
}

/** The element of a parameter whose gradient is furthest from the finite difference. */
export interface GradientError {
  readonly parameter: string;
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic - numeric| relative to the larger of |numeric| and a hundredth of the parameter's largest |numeric|. */
  readonly error: number;
}

async function numericGradient(check: GradientCheck, parameter: string, step: number): Promise<Float64Array> {
  const values = check.parameters[parameter]!;
  const lossAt = (index: number, shift: number) => {
    const moved = values.slice();
    moved[index]! += shift;
    return check.loss({ ...check.parameters, [parameter]: moved });
  };
  const gradient = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const near = (await lossAt(index, step)) - (await lossAt(index, -step));
    const far = (await lossAt(index, 2 * step)) - (await lossAt(index, -2 * step));
    gradient[index] = (8 * near - far) / (12 * step);
  }
  return gradient;
}

/** The worst element of every parameter. A parameter whose gradient is zero everywhere is an error: it would check nothing. */
export async function checkGradient(check: GradientCheck): Promise<GradientError[]> {
  const analytic = await check.gradient(check.parameters);
  const errors: GradientError[] = [];
  for (const [parameter, values] of Object.entries(check.parameters)) {
    const given = analytic[parameter];
    if (given?.length !== values.length)
      throw new Error(`the gradient of "${parameter}" needs ${values.length} elements, not ${given?.length}`);
    const numeric = await numericGradient(check, parameter, check.step ?? 1e-3);
    const largest = numeric.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest < 1e-6) throw new Error(`the loss does not depend on "${parameter}"; the check would prove nothing`);
    let worst: GradientError | undefined;
    for (let index = 0; index < values.length; index++) {
      const share = Math.abs(given[index]! - numeric[index]!) / Math.max(Math.abs(numeric[index]!), largest / 100);
      const error = Number.isNaN(share) ? Infinity : share;
      if (!worst || error > worst.error) worst = { parameter, index, analytic: given[index]!, numeric: numeric[index]!, error };
    }
    errors.push(worst!);
  }
  return errors;
}
