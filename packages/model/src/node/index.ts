export { directoryFiles } from './directory-files.ts';
