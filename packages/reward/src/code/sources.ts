/** The Python that runs inside the sandboxes, as text. */
import common from './python/common.py' with { type: 'text' };
import judge from './python/judge.py' with { type: 'text' };
import program from './python/program.py' with { type: 'text' };

export const PROGRAM_SOURCE = `${common}\n\n${program}`;
export const JUDGE_SOURCE = `${common}\n\n${judge}`;
