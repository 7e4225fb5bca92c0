/** WGSL: log p of a logit and the entropy, from (m, s, t) and ln s; forward and sampling share the text and so the bits. */
export const resultFunctions = `
fn log_probability_of(z: f32, state: vec3<f32>, log_sum: f32) -> f32 { return z - state.x - log_sum; }
fn entropy_of(state: vec3<f32>, log_sum: f32) -> f32 { return log_sum - quotient(state.z, state.y); }
`;
