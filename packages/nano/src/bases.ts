/** The base models inside this package: `nano-E` has mixed habits (the default start of RL), `nano-C` searches cleanly and at length. */
export type NanoBaseName = 'nano-E' | 'nano-C';

/** The folder of a base as a URL with a trailing slash: a Hugging Face folder (config.json, model.safetensors, tokenizer.json …). */
export function nanoBase(name: NanoBaseName): URL {
  return new URL(`../bases/${name}/`, import.meta.url);
}
